package io.pipewright.filetransfer.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A server's side of the native dialect in bytes, made by hand: none of the code under test takes part. */
final class Frames {

  static final byte[] VERSION = "0123456789abcdef".getBytes(UTF_8);
  static final byte[] OTHER_VERSION = "fedcba9876543210".getBytes(UTF_8);

  static final byte[] WELCOME = welcome(1, 1 << 20);
  static final byte[] END = frame(0x86);

  private Frames() {}

  static byte[] welcome(int version, int blockBytes) {
    return frame(
        0x81, field(1, u32(version)), field(2, "test".getBytes(UTF_8)), field(3, u32(blockBytes)));
  }

  static byte[] file(long size) {
    return file(size, VERSION);
  }

  static byte[] file(long size, byte[] version) {
    return frame(
        0x83, field(1, u64(size)), field(2, u64(1_700_000_000_123_456_789L)), field(3, version));
  }

  /** A header alone. */
  static byte[] header(long offset, int length, int sum) {
    return frame(0x84, field(1, u64(offset)), field(2, u32(length)), field(3, u32(sum)));
  }

  /** A header and its bytes. */
  static byte[] data(long offset, byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return joined(header(offset, bytes.length, (int) sum.getValue()), bytes);
  }

  /** The header of a pack: empty for a file that is not in it. */
  static byte[] pack(byte[]... files) {
    return frame(0x87, Arrays.stream(files).map(file -> field(1, file)).toArray(byte[][]::new));
  }

  /** A file in a pack. */
  static byte[] packed(byte[] bytes, byte[] version) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return joined(
        field(1, u64(bytes.length)),
        field(2, u64(1_700_000_000_123_456_789L)),
        field(3, version),
        field(4, u32((int) sum.getValue())));
  }

  static byte[] sums(long first, int... sums) {
    ByteBuffer all = ByteBuffer.allocate(4 * sums.length);
    Arrays.stream(sums).forEach(all::putInt);
    return frame(0x85, field(1, u64(first)), field(2, all.array()));
  }

  static byte[] entries(String... names) {
    byte[] body = {};
    for (String name : names) {
      byte[] entry = joined(
          field(1, name.getBytes(UTF_8)),
          field(2, new byte[] {1}),
          field(3, u64(7)),
          field(4, u64(0)),
          field(5, VERSION));
      body = joined(body, field(1, entry));
    }
    return frame(0x82, body, field(2, new byte[] {0}));
  }

  static byte[] error(int code, String text) {
    return frame(0xC0, field(1, u32(code)), field(2, text.getBytes(UTF_8)));
  }

  /** An error with all its fields. */
  static byte[] error(int code, String text, int retryAfterMillis, long offset) {
    return frame(
        0xC0,
        field(1, u32(code)),
        field(2, text.getBytes(UTF_8)),
        field(3, u32(retryAfterMillis)),
        field(4, u64(offset)));
  }

  static byte[] frame(int type, byte[]... fields) {
    byte[] body = joined(new byte[] {(byte) type}, joined(fields));
    return joined(u32(body.length), body);
  }

  static byte[] field(int id, byte[] value) {
    return joined(new byte[] {(byte) id}, u16(value.length), value);
  }

  static byte[] u16(int value) {
    return ByteBuffer.allocate(2).putShort((short) value).array();
  }

  static byte[] u32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] u64(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }
}
