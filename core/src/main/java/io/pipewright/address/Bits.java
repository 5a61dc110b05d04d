package io.pipewright.address;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** An address as 128 bits in two halves, IPv4 in its IPv6-mapped form. */
final class Bits {

  static final int ALL = 128;
  static final int IPV4_OFFSET = 96;

  private static final long MAPPED = 0xffffL << 32;

  /** Whether {@code Inet4Address.hashCode()} is the address, as in every JDK so far: it spares a copy of its bytes. */
  private static final boolean HASH_IS_ADDRESS = hashIsAddress();

  private Bits() {}

  private static boolean hashIsAddress() {
    byte[] probe = {(byte) 0xf1, 2, (byte) 0xe3, 4};
    return fromBytes(probe).hashCode() == 0xf102e304;
  }

  static long ofIpv4(Inet4Address address) {
    int bits = HASH_IS_ADDRESS ? address.hashCode() : NetUtil.ipv4AddressToInt(address);
    return MAPPED | Integer.toUnsignedLong(bits);
  }

  static long ofIpv4(byte[] address) {
    return MAPPED
        | Integer.toUnsignedLong(NetUtil.ipv4AddressToInt((Inet4Address) fromBytes(address)));
  }

  static boolean isIpv4(long high, long low) {
    return high == 0 && low >>> 32 == 0xffff;
  }

  /** Eight bytes from {@code at} on, big-endian. */
  static long half(byte[] bytes, int at) {
    long half = 0;
    for (int i = at; i < at + 8; i++) {
      half = (half << 8) | (bytes[i] & 0xff);
    }
    return half;
  }

  /** The mask of the upper half for a prefix of 0 to 128. */
  static long highMask(int prefixLength) {
    return prefixLength == 0 ? 0 : -1L << Math.max(0, 64 - prefixLength);
  }

  /** The mask of the lower half for a prefix of 0 to 128. */
  static long lowMask(int prefixLength) {
    return prefixLength <= 64 ? 0 : -1L << (ALL - prefixLength);
  }

  static InetAddress toAddress(long high, long low) {
    byte[] bytes;
    if (isIpv4(high, low)) {
      bytes = new byte[] {(byte) (low >> 24), (byte) (low >> 16), (byte) (low >> 8), (byte) low};
    } else {
      bytes = new byte[16];
      for (int i = 0; i < 8; i++) {
        bytes[i] = (byte) (high >> (56 - 8 * i));
        bytes[8 + i] = (byte) (low >> (56 - 8 * i));
      }
    }
    return fromBytes(bytes);
  }

  private static InetAddress fromBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
