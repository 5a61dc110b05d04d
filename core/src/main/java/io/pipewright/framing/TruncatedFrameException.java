package io.pipewright.framing;

import io.pipewright.ProtocolException;

/**
 * The input ended in the middle of a frame. Fired once, at {@code channelInactive} or at a
 * half-close; the bytes of the unfinished frame are released, not handed on.
 */
public final class TruncatedFrameException extends ProtocolException {

  private final int received;

  TruncatedFrameException(int received) {
    this("the input ended in the middle of a frame, after " + received + " bytes of it", received);
  }

  private TruncatedFrameException(String sentence, int received) {
    super(sentence);
    this.received = received;
  }

  /** For bytes that were to follow a frame: see {@link RawBytes}. */
  static TruncatedFrameException withoutRawBytes(long missing) {
    return new TruncatedFrameException(
        "the input ended " + missing + " bytes before the end of what the last frame announced", 0);
  }

  /** How many bytes of the frame had come, header included; 0 if it ended in raw bytes behind a frame. */
  public int received() {
    return received;
  }
}
