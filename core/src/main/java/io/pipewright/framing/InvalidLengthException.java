package io.pipewright.framing;

import io.pipewright.ProtocolException;

/**
 * A length field that no frame can have: negative as the peer sent it, or negative once the
 * adjustment is added. The decoder fires it before a byte of the body is buffered and closes.
 */
public final class InvalidLengthException extends ProtocolException {

  private final long value;
  private final int adjustment;

  InvalidLengthException(long value, int adjustment) {
    super(sentence(value, adjustment));
    this.value = value;
    this.adjustment = adjustment;
  }

  private static String sentence(long value, int adjustment) {
    return value < 0
        ? "a length field of " + value + " is negative"
        : "a length field of "
            + value
            + " is less than the "
            + -(long) adjustment
            + " bytes that it has to count besides the body";
  }

  /** The field's value, read as a signed number. */
  public long value() {
    return value;
  }

  /** What the framing adds to the field to get the body's length. */
  public int adjustment() {
    return adjustment;
  }
}
