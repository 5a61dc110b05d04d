package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.zip.CRC32C;

/** The CRC-32C (RFC 9260, appendix A) of a whole version 2 header, computed with zeros where it stands itself. */
final class Checksum {

  static final int BYTES = 4;

  private Checksum() {}

  /** Verifies it if there is one; without one everything is as it should be. */
  static void verify(ByteBuf header, List<ProxyTlv> tlvs) {
    int offset = header.readableBytes() - Tlvs.bytes(tlvs);
    for (ProxyTlv tlv : tlvs) {
      offset += Tlvs.HEAD_BYTES;
      if (tlv.type() == ProxyTlv.CRC32C) {
        verify(header, offset, tlv.length());
      }
      offset += tlv.length();
    }
  }

  private static void verify(ByteBuf header, int offset, int length) {
    if (length != BYTES) {
      throw new MalformedProxyHeaderException(
          "the PROXY header's checksum has " + length + " bytes, not " + BYTES);
    }
    int said = header.getInt(header.readerIndex() + offset);
    int actual = of(header, offset);
    if (said != actual) {
      throw new MalformedProxyHeaderException(
          "the PROXY header's checksum is 0x%08x, and its bytes give 0x%08x"
              .formatted(said, actual));
    }
  }

  /** The checksum of all readable bytes, those at {@code offset} taken as zeros. */
  static int of(ByteBuf header, int offset) {
    byte[] bytes = new byte[header.readableBytes()];
    header.getBytes(header.readerIndex(), bytes);
    for (int i = offset; i < offset + BYTES; i++) {
      bytes[i] = 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }
}
