package io.pipewright.proxy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** IP addresses as headers carry them: an IPv4-mapped IPv6 address is an IPv4 address, unless its partner is IPv6. */
final class Ip {

  private static final int MAPPED_PREFIX_BYTES = 12;

  private Ip() {}

  static boolean isIpv4(InetSocketAddress address) {
    return plain(address).getAddress().length == 4;
  }

  static String text(InetSocketAddress address, boolean ipv4) {
    InetAddress plain = plain(address);
    boolean mapped = !ipv4 && plain.getAddress().length == 4;
    return (mapped ? "::ffff:" : "") + NetUtil.toAddressString(plain);
  }

  static byte[] bytes(InetSocketAddress address, boolean ipv4) {
    byte[] bytes = plain(address).getAddress();
    if (ipv4 || bytes.length == 16) {
      return bytes;
    }
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    System.arraycopy(bytes, 0, mapped, MAPPED_PREFIX_BYTES, bytes.length);
    return mapped;
  }

  private static InetAddress plain(InetSocketAddress address) {
    return plain(address.getAddress().getAddress());
  }

  /** The JDK makes an IPv4 address of 16 bytes that map one. */
  static InetAddress plain(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
