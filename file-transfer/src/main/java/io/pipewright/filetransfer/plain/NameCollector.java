package io.pipewright.filetransfer.plain;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.store.FileName;
import java.util.Arrays;

/**
 * Puts a name together from the pieces in which it comes. Nothing marks its end but, perhaps, LF or
 * CRLF; each byte is looked at once.
 */
final class NameCollector {

  private static final int MAX_BYTES_WITH_CR = FileName.MAX_BYTES + 1;

  /** What is known after some bytes. */
  enum State {
    /** It may go on. */
    OPEN,
    /** A terminator has come: this is the name. */
    TERMINATED,
    /** It is longer than {@link FileName#MAX_BYTES}. */
    TOO_LONG,
    /** It begins with a NUL, which is kept for another dialect. */
    NOT_PLAIN
  }

  private byte[] bytes = {};
  private int length;
  private State state = State.OPEN;

  State state() {
    return state;
  }

  /** Whether nothing has come yet. */
  boolean isEmpty() {
    return length == 0 && state == State.OPEN;
  }

  /**
   * Takes bytes up to the name's end, if it is among them, and leaves the rest.
   *
   * @param in what came; its reader index moves, it is not released
   * @return what is known now
   */
  State add(ByteBuf in) {
    while (state == State.OPEN && in.isReadable()) {
      byte next = in.readByte();
      if (next == 0 && length == 0) {
        state = State.NOT_PLAIN;
      } else if (next == '\n') {
        dropCarriageReturn();
        state = length > FileName.MAX_BYTES ? State.TOO_LONG : State.TERMINATED;
      } else if ((length == FileName.MAX_BYTES && next != '\r') || length == MAX_BYTES_WITH_CR) {
        state = State.TOO_LONG;
      } else {
        append(next);
      }
    }
    return state;
  }

  /** The name so far, without its terminator. */
  byte[] name() {
    return Arrays.copyOf(bytes, length);
  }

  private void append(byte next) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(MAX_BYTES_WITH_CR, Math.max(64, 2 * length)));
    }
    bytes[length++] = next;
  }

  private void dropCarriageReturn() {
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
  }
}
