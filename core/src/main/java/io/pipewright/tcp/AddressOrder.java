package io.pipewright.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The order in which the addresses of a name are tried (RFC 8305, section 4). */
final class AddressOrder {

  private AddressOrder() {}

  /**
   * IPv6 and IPv4 in turns, so that a family which does not work here costs one attempt and not all of them. The first
   * address stays the first; inside a family the order stays as it was; an address that stands there twice is tried once.
   */
  static List<InetAddress> interleaved(List<InetAddress> resolved) {
    Set<InetAddress> addresses = new LinkedHashSet<>(resolved);
    List<InetAddress> preferred = new ArrayList<>();
    List<InetAddress> others = new ArrayList<>();
    boolean firstIsV6 = !resolved.isEmpty() && resolved.get(0) instanceof Inet6Address;
    for (InetAddress address : addresses) {
      (address instanceof Inet6Address == firstIsV6 ? preferred : others).add(address);
    }
    return inTurns(preferred.iterator(), others.iterator(), addresses.size());
  }

  private static List<InetAddress> inTurns(
      Iterator<InetAddress> preferred, Iterator<InetAddress> others, int size) {
    List<InetAddress> ordered = new ArrayList<>(size);
    while (preferred.hasNext() || others.hasNext()) {
      if (preferred.hasNext()) {
        ordered.add(preferred.next());
      }
      if (others.hasNext()) {
        ordered.add(others.next());
      }
    }
    return ordered;
  }
}
