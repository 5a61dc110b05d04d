package io.pipewright.udpecho.session;

/**
 * What a server has counted of the datagrams of one address since it was asked to, queries not among them.
 *
 * @param received have come, whatever they hold
 * @param distinct were intact, with a number that came for the first time
 * @param duplicates were intact, with a number that had come before
 * @param reordered of the distinct, those with a smaller number than one before them (RFC 4737)
 * @param corrupted were no intact datagram of the session
 * @param forgotten were intact, with a number so old that nobody knows whether it had come before
 * @param answered were written back to that address
 * @param kernelDrops datagrams, of anybody, that the kernel threw away because the server's buffer was full, or {@link
 *     #UNKNOWN}
 */
public record SessionCounts(
    long received,
    long distinct,
    long duplicates,
    long reordered,
    long corrupted,
    long forgotten,
    long answered,
    long kernelDrops) {

  /** The kernel does not say. */
  public static final long UNKNOWN = -1;

  /** Nothing has come. */
  public static final SessionCounts NONE = new SessionCounts(0, 0, 0, 0, 0, 0, 0, 0);
}
