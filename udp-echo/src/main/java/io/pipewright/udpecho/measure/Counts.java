package io.pipewright.udpecho.measure;

import java.util.OptionalLong;

/**
 * What became of the datagrams, as the client saw it.
 *
 * @param sent were given to the kernel
 * @param sendFailures were not taken by it; they are not among the sent
 * @param answered of the sent, those whose first intact answer came within the timeout
 * @param late of the sent, those whose first intact answer came after it
 * @param duplicates intact answers to what had been answered already
 * @param reordered of the first answers, those to a smaller number than an answer before them (RFC 4737)
 * @param corrupted datagrams that came from the server and are none of those that were sent, byte for byte
 * @param forgotten intact answers to what was sent so long ago that nobody knows whether it had been answered
 * @param refusals how often the host said that nothing listens there
 * @param droppedHere datagrams that came and that this client's kernel threw away, because its receive buffer was full; empty if it
 *     does not say. They are among the lost
 */
public record Counts(
    long sent,
    long sendFailures,
    long answered,
    long late,
    long duplicates,
    long reordered,
    long corrupted,
    long forgotten,
    long refusals,
    OptionalLong droppedHere) {

  /**
   * Of the sent, those of which nothing came back: neither in time nor late nor corrupted. A corrupted answer stands for one
   * datagram of its own, since the number in it cannot be trusted.
   */
  public long lost() {
    return Math.max(0, sent - answered - late - corrupted);
  }

  /** Of the sent, those that were lost, 0 to 1. */
  public double lossRatio() {
    return sent == 0 ? 0 : (double) lost() / sent;
  }

  /** Whether anything came back. */
  public boolean heardAnything() {
    return answered + late + duplicates + corrupted + forgotten > 0;
  }
}
