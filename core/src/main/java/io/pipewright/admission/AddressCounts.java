package io.pipewright.admission;

import io.pipewright.address.Cidr;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections are open from each network that has any. Thread-safe; networks do not wait for each other. */
final class AddressCounts {

  private final ConcurrentHashMap<Cidr, Integer> open = new ConcurrentHashMap<>();

  /** Counts one more, if that is not more than {@code most}. */
  boolean take(Cidr network, int most) {
    if (open.merge(network, 1, Integer::sum) <= most) {
      return true;
    }
    giveBack(network);
    return false;
  }

  void giveBack(Cidr network) {
    open.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
  }

  int of(Cidr network) {
    return open.getOrDefault(network, 0);
  }

  int networks() {
    return open.size();
  }
}
