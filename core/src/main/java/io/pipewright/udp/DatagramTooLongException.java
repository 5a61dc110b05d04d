package io.pipewright.udp;

import io.pipewright.PipewrightException;
import java.util.OptionalInt;

/**
 * The kernel did not take a datagram because it is too long ({@code EMSGSIZE}): longer than UDP carries, or, on a socket that
 * does not fragment, longer than the path to its recipient takes. Nothing of it was sent.
 */
public final class DatagramTooLongException extends PipewrightException {

  private final int datagramBytes;
  private final int pathMtu;

  /**
   * @param datagramBytes the payload that was to be sent
   * @param pathMtu what the kernel knows the path to take, IP header and all; 0 if it does not
   * @param cause what the transport said
   */
  DatagramTooLongException(int datagramBytes, int pathMtu, Throwable cause) {
    super(
        pathMtu > 0
            ? "a datagram of %d bytes is too long for a path whose packets have at most %d, headers included"
                .formatted(datagramBytes, pathMtu)
            : "a datagram of %d bytes is too long to be sent".formatted(datagramBytes),
        cause);
    this.datagramBytes = datagramBytes;
    this.pathMtu = pathMtu;
  }

  /** The payload that was to be sent, in bytes. */
  public int datagramBytes() {
    return datagramBytes;
  }

  /**
   * The largest IP packet that the path takes, headers included, in bytes. The kernel tells it of connected sockets only: those
   * of a client with a peer.
   */
  public OptionalInt pathMtu() {
    return pathMtu > 0 ? OptionalInt.of(pathMtu) : OptionalInt.empty();
  }
}
