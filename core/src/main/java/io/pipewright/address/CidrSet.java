package io.pipewright.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Networks, IPv4 and IPv6 mixed as they come, and whether an address is in any of them: one binary search, so that thousands
 * cost little more than one. Immutable.
 */
public final class CidrSet {

  private static final CidrSet EMPTY = new CidrSet(List.of());

  private final List<Cidr> cidrs;

  /** The starts and ends of disjoint ranges in ascending order: two networks are disjoint, or one contains the other. */
  private final long[] firstLows;

  private final long[] lastLows;
  private final long[] firstHighs;
  private final long[] lastHighs;

  private CidrSet(Collection<Cidr> given) {
    cidrs = List.copyOf(new LinkedHashSet<>(given));
    List<Cidr> outermost = outermost(cidrs);
    firstHighs = outermost.stream().mapToLong(Cidr::high).toArray();
    firstLows = outermost.stream().mapToLong(Cidr::low).toArray();
    lastHighs = outermost.stream().mapToLong(Cidr::lastHigh).toArray();
    lastLows = outermost.stream().mapToLong(Cidr::lastLow).toArray();
  }

  /** Those that are within no other, in ascending order. */
  private static List<Cidr> outermost(List<Cidr> cidrs) {
    List<Cidr> ascending = new ArrayList<>(cidrs);
    ascending.sort(Comparator.comparing(Cidr::isIpv4)
        .thenComparing(Cidr::high, Long::compareUnsigned)
        .thenComparing(Cidr::low, Long::compareUnsigned)
        .thenComparing(Cidr::prefixLength));
    List<Cidr> outermost = new ArrayList<>();
    for (Cidr cidr : ascending) {
      Cidr last = outermost.isEmpty() ? null : outermost.get(outermost.size() - 1);
      if (last == null || last.isIpv4() != cidr.isIpv4() || !last.contains(cidr.network())) {
        outermost.add(cidr);
      }
    }
    return outermost;
  }

  /** The set that contains no address. */
  public static CidrSet empty() {
    return EMPTY;
  }

  /** A set of these networks. */
  public static CidrSet of(Cidr... cidrs) {
    return of(Arrays.asList(cidrs));
  }

  /** A set of these networks. */
  public static CidrSet of(Collection<Cidr> cidrs) {
    return cidrs.isEmpty() ? EMPTY : new CidrSet(cidrs);
  }

  /**
   * Reads networks with commas or white space between them; an empty text is the empty set.
   *
   * @param text such as {@code 10.0.0.0/8, fd00::/8}
   * @throws IllegalArgumentException when one is none; the message says which and what to write
   */
  public static CidrSet parse(String text) {
    return of(Arrays.stream(text.split("[,\\s]+", -1))
        .filter(word -> !word.isEmpty())
        .map(Cidr::parse)
        .toList());
  }

  /**
   * Whether any network contains the address. Allocates nothing for IPv4, and for IPv6 no more than the copy of its bytes that the
   * JDK hands out.
   */
  public boolean contains(InetAddress address) {
    if (firstLows.length == 0) {
      return false;
    }
    if (address instanceof Inet4Address ipv4) {
      return contains(0, Bits.ofIpv4(ipv4));
    }
    byte[] bytes = address.getAddress();
    return contains(Bits.half(bytes, 0), Bits.half(bytes, 8));
  }

  /** Whether any network contains the address; none contains one that has no IP address, such as a Unix-domain socket's. */
  public boolean contains(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && contains(inet.getAddress());
  }

  private boolean contains(long high, long low) {
    boolean ipv4 = Bits.isIpv4(high, low);
    int from = 0;
    int to = firstLows.length - 1;
    while (from <= to) {
      int middle = (from + to) >>> 1;
      boolean ipv4There = isIpv4(middle);
      if (ipv4There != ipv4) {
        from = ipv4 ? middle + 1 : from;
        to = ipv4 ? to : middle - 1;
      } else if (compare(high, low, firstHighs[middle], firstLows[middle]) < 0) {
        to = middle - 1;
      } else if (compare(high, low, lastHighs[middle], lastLows[middle]) > 0) {
        from = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /** A range whose two ends are IPv4 addresses; a range of IPv6 may only lie about them all. */
  private boolean isIpv4(int range) {
    return Bits.isIpv4(firstHighs[range], firstLows[range])
        && Bits.isIpv4(lastHighs[range], lastLows[range]);
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    int highs = Long.compareUnsigned(high, otherHigh);
    return highs != 0 ? highs : Long.compareUnsigned(low, otherLow);
  }

  /** The networks, each once, in the order in which they were given. */
  public List<Cidr> cidrs() {
    return cidrs;
  }

  /** Whether this contains no address at all. */
  public boolean isEmpty() {
    return cidrs.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CidrSet that && cidrs.equals(that.cidrs);
  }

  @Override
  public int hashCode() {
    return cidrs.hashCode();
  }

  /** The networks with commas between them, as {@link #parse} reads them. */
  @Override
  public String toString() {
    return cidrs.stream().map(Cidr::toString).collect(Collectors.joining(", "));
  }
}
