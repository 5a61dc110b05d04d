package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/**
 * A delimiter and the way to find it in a stream that comes in pieces: the search is the one of
 * Knuth, Morris and Pratt (1977), whose whole state is the number of bytes matched so far. So no
 * byte is looked at twice, and "aab" is found in "aaab" wherever a read is cut.
 */
final class Delimiter {

  private final byte[] bytes;

  /** For i bytes matched, how many are still matched when the next one does not fit. */
  private final int[] fallback;

  Delimiter(byte[] delimiter) {
    bytes = delimiter.clone();
    fallback = new int[bytes.length];
    for (int i = 1, matched = 0; i + 1 < bytes.length; i++) {
      while (matched > 0 && bytes[i] != bytes[matched]) {
        matched = fallback[matched];
      }
      if (bytes[i] == bytes[matched]) {
        matched++;
      }
      fallback[i + 1] = matched;
    }
  }

  int length() {
    return bytes.length;
  }

  byte[] toBytes() {
    return bytes.clone();
  }

  byte first() {
    return bytes[0];
  }

  /** How many bytes are matched after {@code next}, when {@code matched} were before it. */
  int advance(int matched, byte next) {
    int m = matched;
    while (m > 0 && bytes[m] != next) {
      m = fallback[m];
    }
    return bytes[m] == next ? m + 1 : 0;
  }

  /**
   * Whether a decoder would end the frame exactly where {@code body} ends: the delimiter neither
   * lies in it nor begins in it and ends in the delimiter that follows ("aa" after "xa").
   */
  boolean ends(ByteBuf body) {
    int matched = 0;
    int to = body.writerIndex();
    for (int i = body.readerIndex(); i < to; i++) {
      if (matched == 0) {
        i = body.indexOf(i, to, first());
        if (i < 0) {
          return true;
        }
      }
      matched = advance(matched, body.getByte(i));
      if (matched == bytes.length) {
        return false;
      }
    }
    for (int i = 0; i + 1 < bytes.length; i++) {
      matched = advance(matched, bytes[i]);
      if (matched == bytes.length) {
        return false;
      }
    }
    return true;
  }

  void writeTo(ByteBuf out) {
    out.writeBytes(bytes);
  }
}
