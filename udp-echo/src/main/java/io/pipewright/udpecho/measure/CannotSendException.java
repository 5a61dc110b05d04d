package io.pipewright.udpecho.measure;

import io.pipewright.PipewrightException;

/** The kernel took none of the datagrams, for the same reason each time: too long for the way, mostly. */
public final class CannotSendException extends PipewrightException {

  private final String target;
  private final int sizeBytes;

  CannotSendException(String target, int sizeBytes, Throwable cause) {
    super(
        "no datagram of %d bytes could be sent to %s: %s"
            .formatted(sizeBytes, target, cause.getMessage()),
        cause);
    this.target = target;
    this.sizeBytes = sizeBytes;
  }

  /** Whom they were for, as it was given. */
  public String target() {
    return target;
  }

  /** How long each was. */
  public int sizeBytes() {
    return sizeBytes;
  }
}
