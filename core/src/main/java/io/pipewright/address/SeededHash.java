package io.pipewright.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hashes of 64 bits for tables that strangers fill: each instance has a seed of its own, so that nobody can choose addresses
 * that meet in one place, as he can where {@code InetSocketAddress.hashCode()} decides, which is a sum. Immutable.
 */
public final class SeededHash {

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;
  private static final long OTHER_MULTIPLIER = 0xd6e8feb86659fd93L;

  private final long seed = ThreadLocalRandom.current().nextLong();

  /** Of two numbers; never 0. */
  public long of(long a, long b) {
    long h = (a ^ seed) * MULTIPLIER;
    h = (h ^ (h >>> 32) ^ b) * OTHER_MULTIPLIER;
    h = (h ^ (h >>> 32)) * MULTIPLIER;
    return (h ^ (h >>> 29)) | 1;
  }

  /** Of an address, without its scope; never 0. */
  public long of(InetAddress address) {
    return ofNetwork(address, Bits.ALL - Bits.IPV4_OFFSET, Bits.ALL);
  }

  /** Of an address and a port; never 0. */
  public long of(InetSocketAddress address) {
    return of(of(address.getAddress()), address.getPort());
  }

  /**
   * Of the network that an address is in; never 0.
   *
   * @param ipv4PrefixLength how many bits of an IPv4 address count: 0 to 32
   * @param ipv6PrefixLength how many bits of an IPv6 address count: 0 to 128
   */
  public long ofNetwork(InetAddress address, int ipv4PrefixLength, int ipv6PrefixLength) {
    if (address instanceof Inet4Address ipv4) {
      return of(0, Bits.ofIpv4(ipv4) & Bits.lowMask(Bits.IPV4_OFFSET + ipv4PrefixLength));
    }
    byte[] bytes = address.getAddress();
    return of(
        Bits.half(bytes, 0) & Bits.highMask(ipv6PrefixLength),
        Bits.half(bytes, 8) & Bits.lowMask(ipv6PrefixLength));
  }
}
