package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Headers made byte by byte, as the specification draws them, and not by the code under test. */
public final class Headers {

  static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private Headers() {}

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static ByteBuf bytes(byte[]... parts) {
    return Unpooled.wrappedBuffer(parts);
  }

  static byte[] hex(String digits) {
    return ByteBufUtil.decodeHexDump(digits.replace(" ", ""));
  }

  static byte[] join(byte[]... parts) {
    return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
  }

  /** Version, command, family, length, and what follows. */
  static byte[] v2(int command, int family, int length, byte[]... body) {
    return join(hex(SIGNATURE), hex("%02x%02x%04x".formatted(command, family, length)), join(body));
  }

  static byte[] v2(int command, int family, byte[]... body) {
    return v2(command, family, join(body).length, body);
  }

  /** From 203.0.113.7:56324 to 192.0.2.1:443. */
  static byte[] ipv4() {
    return hex("cb007107 c0000201 dc04 01bb");
  }

  /** From 2001:db8::7:56324 to 2001:db8::1:443. */
  static byte[] ipv6() throws Exception {
    return join(
        InetAddress.getByName("2001:db8::7").getAddress(),
        InetAddress.getByName("2001:db8::1").getAddress(),
        hex("dc04 01bb"));
  }

  public static byte[] v2Ipv4() {
    return v2(0x21, 0x11, ipv4());
  }

  public static byte[] local() {
    return v2(0x20, 0x00);
  }

  static byte[] tlv(int type, byte[] value) {
    return join(hex("%02x%04x".formatted(type, value.length)), value);
  }

  static byte[] unix(String source, String destination) {
    ByteBuf both = Unpooled.buffer(216);
    both.writeBytes(ascii(source)).writeZero(108 - source.length());
    both.writeBytes(ascii(destination)).writeZero(108 - destination.length());
    return ByteBufUtil.getBytes(both);
  }

  /** The header with a checksum that is right, XORed with {@code error}. */
  static byte[] withChecksum(int error, byte[]... before) {
    byte[] header = v2(0x21, 0x11, join(ipv4(), join(before), hex("03 0004 00000000")));
    CRC32C crc = new CRC32C();
    crc.update(header);
    int value = (int) crc.getValue() ^ error;
    byte[] end = hex("%08x".formatted(value));
    System.arraycopy(end, 0, header, header.length - 4, 4);
    return header;
  }
}
