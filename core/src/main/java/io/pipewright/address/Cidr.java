package io.pipewright.address;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A network of IPv4 or IPv6 addresses, written {@code 10.0.0.0/8} or {@code fd00::/8} (RFC 4632, RFC 4291). Immutable.
 *
 * <p>An IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1}) counts as the IPv4 address that it maps, here and in what is
 * matched: {@code ::ffff:10.0.0.0/104} is {@code 10.0.0.0/8}. Other IPv6 networks, {@code ::/0} too, contain no IPv4 address.
 */
public final class Cidr {

  private static final int LONGEST_TEXT = 64;
  private static final Pattern DIGITS = Pattern.compile("\\d{1,3}");
  private static final Pattern LEADING_ZERO = Pattern.compile("(.*\\.)?0\\d.*");

  private final long high;
  private final long low;
  private final int bits;

  /**
   * @param high the upper half of the network's address, host bits zero
   * @param low the lower half
   * @param bits the prefix's length, of 128
   */
  private Cidr(long high, long low, int bits) {
    this.high = high;
    this.low = low;
    this.bits = bits;
  }

  /**
   * Reads {@code ADDRESS/PREFIX}; an address alone is a network of one. Nothing is looked up: a name is an error.
   *
   * @param text such as {@code 10.0.0.0/8}, {@code 192.0.2.7}, {@code 2001:db8::/32}
   * @throws IllegalArgumentException when it is anything else; the message says what to write
   */
  public static Cidr parse(String text) {
    String trimmed = text.trim();
    int slash = trimmed.indexOf('/');
    String address = slash < 0 ? trimmed : trimmed.substring(0, slash);
    byte[] bytes = addressBytes(address, text);
    int width = bytes.length * 8;
    int prefix = slash < 0 ? width : prefixLength(trimmed.substring(slash + 1), width, text);
    long high = bytes.length == 4 ? 0 : Bits.half(bytes, 0);
    long low = bytes.length == 4 ? Bits.ofIpv4(bytes) : Bits.half(bytes, 8);
    int bits = bytes.length == 4 ? prefix + Bits.IPV4_OFFSET : prefix;
    Cidr network = masked(high, low, bits);
    if (network.high != high || network.low != low) {
      throw new IllegalArgumentException("'"
          + shown(text)
          + "' has bits of a host behind its prefix: write "
          + network
          + " for the network, or "
          + address
          + " for the host alone");
    }
    return network;
  }

  private static byte[] addressBytes(String address, String text) {
    if (address.indexOf('%') >= 0) {
      throw new IllegalArgumentException("'"
          + shown(text)
          + "' has a zone: a network is the same on every interface, leave '%' and the zone out");
    }
    boolean ipv6 = address.indexOf(':') >= 0;
    boolean valid = address.length() <= LONGEST_TEXT
        && address.indexOf('[') < 0
        && (ipv6 ? NetUtil.isValidIpV6Address(address) : NetUtil.isValidIpV4Address(address));
    if (!valid) {
      throw new IllegalArgumentException("'" + shown(text)
          + "' is no network: write 10.0.0.0/8, fd00::/8 or an address; names are not looked up");
    }
    if (!ipv6 && LEADING_ZERO.matcher(address).matches()) {
      throw new IllegalArgumentException("'" + shown(text)
          + "' has a number with a leading zero, which some read as octal: write it without");
    }
    return NetUtil.createByteArrayFromIpAddressString(address);
  }

  private static int prefixLength(String digits, int width, String text) {
    int prefix = DIGITS.matcher(digits).matches() ? Integer.parseInt(digits) : -1;
    if (prefix < 0 || prefix > width) {
      throw new IllegalArgumentException("'"
          + shown(digits)
          + "' in '"
          + shown(text)
          + "' is no prefix length: that of an IPv"
          + (width == 32 ? 4 : 6)
          + " network is 0 to "
          + width);
    }
    return prefix;
  }

  private static String shown(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }

  /**
   * The network that an address is in.
   *
   * @param address any address; an IPv4-mapped one counts as IPv4
   * @param ipv4PrefixLength 0 to 32: how large the network is if it is an IPv4 address
   * @param ipv6PrefixLength 0 to 128: how large it is otherwise
   */
  public static Cidr around(InetAddress address, int ipv4PrefixLength, int ipv6PrefixLength) {
    if (address instanceof Inet4Address ipv4) {
      return masked(0, Bits.ofIpv4(ipv4), ipv4PrefixLength + Bits.IPV4_OFFSET);
    }
    byte[] bytes = address.getAddress();
    long high = Bits.half(bytes, 0);
    long low = Bits.half(bytes, 8);
    int bits = Bits.isIpv4(high, low) ? ipv4PrefixLength + Bits.IPV4_OFFSET : ipv6PrefixLength;
    return masked(high, low, bits);
  }

  private static Cidr masked(long high, long low, int bits) {
    return new Cidr(high & Bits.highMask(bits), low & Bits.lowMask(bits), bits);
  }

  /** Whether an address is in this network. */
  public boolean contains(InetAddress address) {
    long addressHigh = 0;
    long addressLow;
    if (address instanceof Inet4Address ipv4) {
      addressLow = Bits.ofIpv4(ipv4);
    } else {
      byte[] bytes = address.getAddress();
      addressHigh = Bits.half(bytes, 0);
      addressLow = Bits.half(bytes, 8);
    }
    return isIpv4() == Bits.isIpv4(addressHigh, addressLow)
        && (addressHigh & Bits.highMask(bits)) == high
        && (addressLow & Bits.lowMask(bits)) == low;
  }

  /** The first address of the network. */
  public InetAddress network() {
    return Bits.toAddress(high, low);
  }

  /** How many bits the addresses of the network have in common: of 32 for IPv4, of 128 for IPv6. */
  public int prefixLength() {
    return isIpv4() ? bits - Bits.IPV4_OFFSET : bits;
  }

  /** Whether this is a network of IPv4 addresses. */
  public boolean isIpv4() {
    return bits >= Bits.IPV4_OFFSET && Bits.isIpv4(high, low);
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  long lastHigh() {
    return high | ~Bits.highMask(bits);
  }

  long lastLow() {
    return low | ~Bits.lowMask(bits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr that && high == that.high && low == that.low && bits == that.bits;
  }

  @Override
  public int hashCode() {
    // neighbours differ in few bits, which may be the upper ones
    long mixed = (high * 0x9e3779b97f4a7c15L + low) * 0x9e3779b97f4a7c15L + bits;
    return (int) (mixed ^ (mixed >>> 32));
  }

  /** As {@link #parse} reads it, in its shortest form: {@code 10.0.0.0/8}. */
  @Override
  public String toString() {
    return NetUtil.toAddressString(network()) + "/" + prefixLength();
  }
}
