package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.pipewright.filetransfer.store.FileVersion;

/** Appends fields to a buffer; what {@link FieldReader} reads. */
final class FieldWriter {

  /** Id and length. */
  static final int HEADER_BYTES = 3;

  static final int U8_BYTES = HEADER_BYTES + Byte.BYTES;
  static final int U32_BYTES = HEADER_BYTES + Integer.BYTES;
  static final int U64_BYTES = HEADER_BYTES + Long.BYTES;
  static final int VERSION_BYTES = HEADER_BYTES + FileVersion.BYTES;

  private FieldWriter() {}

  static void header(ByteBuf out, int id, int length) {
    out.writeByte(id).writeShort(length);
  }

  static void u8(ByteBuf out, int id, int value) {
    header(out, id, Byte.BYTES);
    out.writeByte(value);
  }

  static void u32(ByteBuf out, int id, int value) {
    header(out, id, Integer.BYTES);
    out.writeInt(value);
  }

  static void u64(ByteBuf out, int id, long value) {
    header(out, id, Long.BYTES);
    out.writeLong(value);
  }

  static void version(ByteBuf out, int id, FileVersion version) {
    header(out, id, FileVersion.BYTES);
    out.writeLong(version.high()).writeLong(version.low());
  }

  static void bytes(ByteBuf out, int id, byte[] value) {
    header(out, id, value.length);
    out.writeBytes(value);
  }

  static void text(ByteBuf out, int id, CharSequence value) {
    header(out, id, ByteBufUtil.utf8Bytes(value));
    ByteBufUtil.writeUtf8(out, value);
  }
}
