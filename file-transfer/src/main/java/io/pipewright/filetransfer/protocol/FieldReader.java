package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.pipewright.filetransfer.store.FileVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of a message, one by one as they lie there.
 *
 * <pre>
 *   ┌───────┬─────────────┬───────────────┐
 *   │ id u8 │ length u16  │ value: length │ …
 *   └───────┴─────────────┴───────────────┘
 * </pre>
 *
 * A field whose value nobody takes is skipped. Reading changes no index of the buffer and copies no more than the value taken.
 */
final class FieldReader {

  private static final int HEADER_BYTES = 3;

  private final String type;
  private final ByteBuf in;
  private final int end;

  private int next;
  private int id;
  private int at;
  private int length;

  /** One bit for each field that was taken. */
  private int taken;

  /**
   * @param type what the message is called when something is wrong with it
   * @param from index of the first field
   * @param to index behind the last
   */
  FieldReader(String type, ByteBuf in, int from, int to) {
    this.type = type;
    this.in = in;
    this.next = from;
    this.end = to;
  }

  /** Whether there are no fields at all. */
  boolean isEmpty() {
    return next == end;
  }

  /** Steps to the next field; false if there is none. */
  boolean next() {
    if (next == end) {
      return false;
    }
    if (end - next < HEADER_BYTES) {
      throw malformed("it ends within the header of a field");
    }
    id = in.getUnsignedByte(next);
    length = in.getUnsignedShort(next + 1);
    at = next + HEADER_BYTES;
    if (end - at < length) {
      throw malformed("field " + id + " announces " + length + " bytes and has " + (end - at));
    }
    next = at + length;
    return true;
  }

  int id() {
    return id;
  }

  boolean flag() {
    take(Byte.BYTES);
    int value = in.getUnsignedByte(at);
    if (value > 1) {
      throw malformed("field " + id + " is " + value + ", not 0 or 1");
    }
    return value == 1;
  }

  int u8() {
    take(Byte.BYTES);
    return in.getUnsignedByte(at);
  }

  long u32() {
    take(Integer.BYTES);
    return in.getUnsignedInt(at);
  }

  /** A number that counts as the largest {@code int} if it is larger. */
  int u32Clamped() {
    return (int) Math.min(u32(), Integer.MAX_VALUE);
  }

  /** All 32 bits as they are. */
  int bits32() {
    take(Integer.BYTES);
    return in.getInt(at);
  }

  long u64() {
    take(Long.BYTES);
    long value = in.getLong(at);
    if (value < 0) {
      throw malformed("field " + id + " is 2^63 or more");
    }
    return value;
  }

  long i64() {
    take(Long.BYTES);
    return in.getLong(at);
  }

  FileVersion version() {
    take(FileVersion.BYTES);
    return new FileVersion(in.getLong(at), in.getLong(at + Long.BYTES));
  }

  byte[] bytes() {
    take(length);
    return ByteBufUtil.getBytes(in, at, length);
  }

  String text() {
    byte[] utf8 = bytes();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw malformed("field " + id + " is not UTF-8");
    }
  }

  /** All of a field that is a list of numbers of 32 bits. */
  int[] list32() {
    take(length);
    if (length % Integer.BYTES != 0) {
      throw malformed("field " + id + " has " + length + " bytes, no multiple of 4");
    }
    int[] values = new int[length / Integer.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.getInt(at + i * Integer.BYTES);
    }
    return values;
  }

  /** The fields within the current one, which may come any number of times. */
  FieldReader nested(String nestedType) {
    return new FieldReader(nestedType, in, at, at + length);
  }

  /** Checks, behind the last field, that a field was there. */
  void require(int mandatory) {
    if ((taken & 1 << mandatory) == 0) {
      throw malformed("field " + mandatory + " is missing");
    }
  }

  /** Checks, behind the last field, that the fields from 1 to that one were there. */
  void requireUpTo(int last) {
    for (int mandatory = 1; mandatory <= last; mandatory++) {
      require(mandatory);
    }
  }

  private void take(int width) {
    if (length != width) {
      throw malformed("field " + id + " has " + length + " bytes, not " + width);
    }
    int bit = 1 << id;
    if ((taken & bit) != 0) {
      throw malformed("field " + id + " is there twice");
    }
    taken |= bit;
  }

  MalformedMessageException malformed(String reason) {
    return new MalformedMessageException(type, reason);
  }
}
