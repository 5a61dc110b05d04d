package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.DomainSocketAddress;
import io.pipewright.proxy.ProxyHeader.Origin;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The header of version 2: binary, with elements behind the addresses. */
final class V2 {

  static final int FIXED_BYTES = 16;
  static final int LARGEST_LENGTH = 0xffff;

  static final int LOCAL = 0x20;
  static final int PROXY = 0x21;

  private static final int UNSPECIFIED = 0x00;
  private static final int INET = 0x10;
  private static final int INET6 = 0x20;
  private static final int UNIX = 0x30;
  private static final int STREAM = 0x1;
  private static final int DATAGRAM = 0x2;

  private static final int UNIX_PATH_BYTES = 108;

  /** The addresses of two Unix-domain sockets, the longest there are. */
  static final int LONGEST_ADDRESSES = 2 * UNIX_PATH_BYTES;

  private V2() {}

  /** Reads the header; {@code null} and nothing read if more is needed. The signature is there. */
  static Parsed read(ByteBuf in, int maxTlvBytes) {
    int from = in.readerIndex();
    if (in.readableBytes() < FIXED_BYTES) {
      return null;
    }
    int command = command(in.getUnsignedByte(from + 12));
    int family = in.getUnsignedByte(from + 13);
    int length = in.getUnsignedShort(from + 14);
    if (length > LONGEST_ADDRESSES + maxTlvBytes) {
      throw new MalformedProxyHeaderException(
          "the PROXY header claims %d bytes, and the most are %d: addresses, and %d bytes of elements"
              .formatted(length, LONGEST_ADDRESSES + maxTlvBytes, maxTlvBytes));
    }
    if (in.readableBytes() < FIXED_BYTES + length) {
      return null;
    }
    ByteBuf header = in.readSlice(FIXED_BYTES + length);
    if (command == LOCAL) {
      return Parsed.without(2, Origin.LOCAL); // all else is to be ignored
    }
    if (family == UNSPECIFIED) {
      return Parsed.without(2, Origin.UNKNOWN);
    }
    ByteBuf body = header.slice(FIXED_BYTES, length);
    SocketAddress[] ends = addresses(family, body);
    if (body.readableBytes() > maxTlvBytes) {
      throw new MalformedProxyHeaderException(
          "the PROXY header has %d bytes of elements, and the most are %d"
              .formatted(body.readableBytes(), maxTlvBytes));
    }
    List<ProxyTlv> tlvs = Tlvs.read(body);
    Checksum.verify(header, tlvs);
    return new Parsed(2, Origin.CLIENT, ends[0], ends[1], tlvs);
  }

  private static int command(int versionAndCommand) {
    if (versionAndCommand != LOCAL && versionAndCommand != PROXY) {
      throw new MalformedProxyHeaderException(
          "the PROXY header's version and command are 0x%02x, not 0x20 or 0x21"
              .formatted(versionAndCommand));
    }
    return versionAndCommand;
  }

  private static SocketAddress[] addresses(int family, ByteBuf body) {
    int transport = family & 0xf;
    int each =
        switch (family & 0xf0) {
          case INET -> 4;
          case INET6 -> 16;
          case UNIX -> UNIX_PATH_BYTES;
          default -> 0;
        };
    if (each == 0 || (transport != STREAM && transport != DATAGRAM)) {
      throw new MalformedProxyHeaderException(
          "the PROXY header's address family 0x%02x is none that is known".formatted(family));
    }
    boolean unix = each == UNIX_PATH_BYTES;
    int needed = 2 * each + (unix ? 0 : 4);
    if (body.readableBytes() < needed) {
      throw new MalformedProxyHeaderException(
          "the PROXY header has %d bytes of addresses, and they take %d"
              .formatted(body.readableBytes(), needed));
    }
    byte[] source = new byte[each];
    byte[] destination = new byte[each];
    body.readBytes(source).readBytes(destination);
    return unix
        ? new SocketAddress[] {path(source), path(destination)}
        : new SocketAddress[] {
          new InetSocketAddress(Ip.plain(source), body.readUnsignedShort()),
          new InetSocketAddress(Ip.plain(destination), body.readUnsignedShort())
        };
  }

  private static SocketAddress path(byte[] padded) {
    int length = 0;
    while (length < padded.length && padded[length] != 0) {
      length++;
    }
    return new DomainSocketAddress(new String(padded, 0, length, StandardCharsets.UTF_8));
  }

  /** Addresses that are no IP addresses are {@code null}: the header says that they are not known. */
  static void write(
      InetSocketAddress source, InetSocketAddress destination, List<ProxyTlv> tlvs, ByteBuf out) {
    out.writeBytes(Signature.V2_BYTES).writeByte(PROXY);
    if (source == null || destination == null) {
      out.writeByte(UNSPECIFIED).writeShort(0);
      return;
    }
    boolean ipv4 = Ip.isIpv4(source) && Ip.isIpv4(destination);
    int addresses = (ipv4 ? 8 : 32) + 4;
    out.writeByte((ipv4 ? INET : INET6) | STREAM)
        .writeShort(addresses + Tlvs.bytes(tlvs))
        .writeBytes(Ip.bytes(source, ipv4))
        .writeBytes(Ip.bytes(destination, ipv4))
        .writeShort(source.getPort())
        .writeShort(destination.getPort());
    Tlvs.write(tlvs, out);
  }

  static void writeLocal(ByteBuf out) {
    out.writeBytes(Signature.V2_BYTES).writeByte(LOCAL).writeByte(UNSPECIFIED).writeShort(0);
  }
}
