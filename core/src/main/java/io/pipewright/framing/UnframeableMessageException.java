package io.pipewright.framing;

import io.pipewright.PipewrightException;

/**
 * This side tried to write a message that the framing cannot carry: a decoder at the other end
 * would read it as something else. The write's promise fails with it, the message is released, not
 * a byte is sent, and the connection stays open.
 */
public final class UnframeableMessageException extends PipewrightException {

  private final int length;

  UnframeableMessageException(int length, String reason) {
    super("a message of " + length + " bytes cannot be framed: " + reason);
    this.length = length;
  }

  /** The refused message's length in bytes. */
  public int length() {
    return length;
  }
}
