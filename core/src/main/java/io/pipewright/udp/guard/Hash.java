package io.pipewright.udp.guard;

import io.netty.buffer.ByteBuf;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Keys of 64 bits for tables that strangers fill. Seeded at random, so that nobody can choose addresses that meet in one place.
 * Not thread-safe.
 */
final class Hash {

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  /** Whether {@code Inet4Address.hashCode()} is the address, as in every JDK so far: it spares a copy of its bytes. */
  private static final boolean HASH_IS_ADDRESS =
      InetAddress.getLoopbackAddress() instanceof Inet4Address loopback
          && loopback.hashCode() == ofBytes(loopback.getAddress());

  private final long seed = ThreadLocalRandom.current().nextLong();
  private final CRC32C crc = new CRC32C();

  /** An IPv4 address as a number. */
  static int ipv4(Inet4Address address) {
    return HASH_IS_ADDRESS ? address.hashCode() : ofBytes(address.getAddress());
  }

  /** The address of a number. */
  static InetAddress toIpv4(int bits) {
    byte[] bytes = {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 bytes are an address", e);
    }
  }

  private static int ofBytes(byte[] bytes) {
    return ((bytes[0] & 0xff) << 24)
        | ((bytes[1] & 0xff) << 16)
        | ((bytes[2] & 0xff) << 8)
        | (bytes[3] & 0xff);
  }

  /** Never 0, which stands for an empty place. */
  long of(long a, long b) {
    long h = (a ^ seed) * MULTIPLIER;
    h = (h ^ (h >>> 32) ^ b) * 0xd6e8feb86659fd93L;
    h = (h ^ (h >>> 32)) * MULTIPLIER;
    return (h ^ (h >>> 29)) | 1;
  }

  /** Of an address. */
  long of(InetAddress address) {
    if (address instanceof Inet4Address ipv4) {
      return of(ipv4(ipv4), 4);
    }
    byte[] bytes = address.getAddress();
    return of(half(bytes, 0), half(bytes, 8));
  }

  /** Of the first bits of an address. */
  long ofNetwork(InetAddress address, int ipv4PrefixLength, int ipv6PrefixLength) {
    if (address instanceof Inet4Address ipv4) {
      return of(Integer.toUnsignedLong(ipv4(ipv4)) & (-1L << (32 - ipv4PrefixLength)), 4);
    }
    long mask = ipv6PrefixLength == 0 ? 0 : -1L << (64 - ipv6PrefixLength);
    return of(half(address.getAddress(), 0) & mask, 6);
  }

  private static long half(byte[] bytes, int at) {
    long half = 0;
    for (int i = at; i < at + 8; i++) {
      half = (half << 8) | (bytes[i] & 0xff);
    }
    return half;
  }

  /** Of what a buffer holds; its indexes stay. */
  long of(ByteBuf content) {
    int length = content.readableBytes();
    crc.reset();
    if (content.hasArray()) {
      crc.update(content.array(), content.arrayOffset() + content.readerIndex(), length);
    } else if (content.nioBufferCount() == 1) {
      crc.update(content.internalNioBuffer(content.readerIndex(), length));
    } else {
      for (ByteBuffer part : content.nioBuffers()) {
        crc.update(part);
      }
    }
    return (crc.getValue() << 32) | length;
  }
}
