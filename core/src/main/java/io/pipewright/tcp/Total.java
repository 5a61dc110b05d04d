package io.pipewright.tcp;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the connections of a server have carried of one kind. It never goes back, as whoever computes rates from it relies on. */
final class Total {

  private final LongAdder ended = new LongAdder();
  private final AtomicLong told = new AtomicLong();

  /** Adds what a connection has carried that is no longer counted as open. */
  void ended(long carried) {
    ended.add(carried);
  }

  /** What the ended have carried: to be asked for before the open are counted, so that none is counted twice. */
  long ofEnded() {
    return ended.sum();
  }

  /**
   * Tells the total.
   *
   * @param counted may lack a connection that has ended in the same moment; then what was told before holds
   */
  long told(long counted) {
    return told.accumulateAndGet(counted, Math::max);
  }
}
