package io.pipewright.framing;

import io.pipewright.ProtocolException;

/**
 * A frame is longer than the framing allows. A decoder fires it through the pipeline as soon as it
 * is certain and closes the connection; an encoder fails the write's promise with it and sends
 * nothing.
 */
public final class FrameTooLongException extends ProtocolException {

  /** The actual length when the end of the frame has not been seen. */
  public static final long UNKNOWN = -1;

  private final long limit;
  private final long actual;

  FrameTooLongException(long limit, long actual) {
    super(sentence(limit, actual));
    this.limit = limit;
    this.actual = actual;
  }

  private static String sentence(long limit, long actual) {
    return actual == UNKNOWN
        ? "a frame is longer than the " + limit + " bytes allowed"
        : "a frame of " + actual + " bytes is longer than the " + limit + " bytes allowed";
  }

  /** The longest frame allowed, in bytes of content, without header or terminator. */
  public long limit() {
    return limit;
  }

  /** The frame's length in bytes of content, or {@link #UNKNOWN} when its end was not seen. */
  public long actual() {
    return actual;
  }
}
