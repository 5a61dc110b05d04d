package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/**
 * The field before a body that tells its length.
 *
 * <pre>
 *   ┌──────────────────┬───────────────────────────────┐
 *   │ field: N         │ body: N + adjustment bytes    │     field: 1, 2, 3, 4 or 8 bytes
 *   └──────────────────┴───────────────────────────────┘
 * </pre>
 *
 * Fields of up to four bytes are unsigned. One of eight bytes has to be less than 2^63.
 */
record LengthField(int bytes, boolean littleEndian, int adjustment) {

  /** The largest number that the field can say. */
  long max() {
    return bytes == Long.BYTES ? Long.MAX_VALUE : (1L << (8 * bytes)) - 1;
  }

  /** The longest body that the field can announce, bounded to what fits in a {@code long}. */
  long maxBody() {
    return saturatedAdd(max(), adjustment);
  }

  long get(ByteBuf in, int index) {
    return switch (bytes) {
      case 1 -> in.getUnsignedByte(index);
      case 2 -> littleEndian ? in.getUnsignedShortLE(index) : in.getUnsignedShort(index);
      case 3 -> littleEndian ? in.getUnsignedMediumLE(index) : in.getUnsignedMedium(index);
      case 4 -> littleEndian ? in.getUnsignedIntLE(index) : in.getUnsignedInt(index);
      default -> littleEndian ? in.getLongLE(index) : in.getLong(index);
    };
  }

  /** The field's value once {@code next}, its byte number {@code position}, is known. */
  long accumulate(long value, int position, byte next) {
    long unsigned = next & 0xffL;
    return littleEndian ? value | unsigned << (8 * position) : value << 8 | unsigned;
  }

  /**
   * What the field announces.
   *
   * @throws InvalidLengthException if that is less than nothing
   */
  long bodyBytes(long value) {
    long body = saturatedAdd(value, adjustment);
    if (value < 0 || body < 0) {
      throw new InvalidLengthException(value, adjustment);
    }
    return body;
  }

  /** The value that announces a body of that length; out of 0…{@link #max} if none does. */
  long valueFor(int bodyBytes) {
    return (long) bodyBytes - adjustment;
  }

  void put(ByteBuf out, long value) {
    for (int i = 0; i < bytes; i++) {
      int position = littleEndian ? i : bytes - 1 - i;
      out.writeByte((int) (value >>> (8 * position)));
    }
  }

  private static long saturatedAdd(long value, int adjustment) {
    long sum = value + adjustment;
    return value > 0 && adjustment > 0 && sum < 0 ? Long.MAX_VALUE : sum;
  }
}
