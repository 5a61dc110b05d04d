package io.pipewright.framing;

import io.pipewright.ProtocolException;

/**
 * The input ended in the middle of a frame. Fired once, at {@code channelInactive} or at a
 * half-close; the bytes of the unfinished frame are released, not handed on.
 */
public final class TruncatedFrameException extends ProtocolException {

  private final int received;

  TruncatedFrameException(int received) {
    super("the input ended in the middle of a frame, after " + received + " bytes of it");
    this.received = received;
  }

  /** How many bytes of the frame had come, header included. */
  public int received() {
    return received;
  }
}
