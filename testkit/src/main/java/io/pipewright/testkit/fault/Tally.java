package io.pipewright.testkit.fault;

import java.util.EnumMap;
import java.util.Map;

/** Counts of datagrams in one direction: written by the loop, read by anybody. */
final class Tally {

  enum Count {
    RECEIVED,
    DELIVERED,
    DROPPED,
    DUPLICATED,
    REORDERED,
    DELAYED,
    CORRUPTED,
    TRUNCATED,
    UNDELIVERABLE
  }

  private final Map<Count, Long> counts = new EnumMap<>(Count.class);

  synchronized void add(Count count) {
    counts.merge(count, 1L, Long::sum);
  }

  private long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  synchronized DatagramCounts snapshot() {
    long waiting = of(Count.RECEIVED)
        + of(Count.DUPLICATED)
        - of(Count.DELIVERED)
        - of(Count.DROPPED)
        - of(Count.UNDELIVERABLE);
    return new DatagramCounts(
        of(Count.RECEIVED),
        of(Count.DELIVERED),
        of(Count.DROPPED),
        of(Count.DUPLICATED),
        of(Count.REORDERED),
        of(Count.DELAYED),
        of(Count.CORRUPTED),
        of(Count.TRUNCATED),
        of(Count.UNDELIVERABLE),
        waiting);
  }
}
