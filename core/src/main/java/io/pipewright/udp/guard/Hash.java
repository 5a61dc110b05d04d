package io.pipewright.udp.guard;

import io.netty.buffer.ByteBuf;
import io.pipewright.address.SeededHash;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Keys of 64 bits of addresses and payloads, for tables that strangers fill. Not thread-safe.
 */
final class Hash {

  /** Whether {@code Inet4Address.hashCode()} is the address, as in every JDK so far: it spares a copy of its bytes. */
  private static final boolean HASH_IS_ADDRESS =
      InetAddress.getLoopbackAddress() instanceof Inet4Address loopback
          && loopback.hashCode() == ofBytes(loopback.getAddress());

  private final SeededHash seeded = new SeededHash();
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
    return seeded.of(a, b);
  }

  /** Of an address. */
  long of(InetAddress address) {
    return seeded.of(address);
  }

  /** Of the first bits of an address. */
  long ofNetwork(InetAddress address, int ipv4PrefixLength, int ipv6PrefixLength) {
    return seeded.ofNetwork(address, ipv4PrefixLength, ipv6PrefixLength);
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
