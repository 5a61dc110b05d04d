package io.pipewright.udpecho.measure;

import java.time.Duration;

/**
 * When the datagrams of a measurement are due, in nanoseconds from its start. What is due more often than every millisecond goes
 * out in bursts, one a millisecond: timers are no finer without a processor that does nothing else.
 *
 * @param datagrams how many are due in each {@code perNanos}; 0 for no schedule
 */
record Pace(long datagrams, long perNanos) {

  static final long BURST_NANOS = 1_000_000;

  private static final long SECOND_NANOS = 1_000_000_000;

  /** No schedule. */
  static Pace unlimited() {
    return new Pace(0, SECOND_NANOS);
  }

  static Pace perSecond(long datagrams) {
    return new Pace(datagrams, SECOND_NANOS);
  }

  static Pace every(Duration interval) {
    return new Pace(1, interval.toNanos());
  }

  boolean isUnlimited() {
    return datagrams == 0;
  }

  double perSecond() {
    return (double) datagrams * SECOND_NANOS / perNanos;
  }

  /** When the datagram of this number, from 0, is due. */
  long dueAt(long number) {
    long exact = number / datagrams * perNanos + number % datagrams * perNanos / datagrams;
    return inBursts() ? (exact + BURST_NANOS - 1) / BURST_NANOS * BURST_NANOS : exact;
  }

  /** How many are due by then. */
  long dueBy(long nanos) {
    if (nanos < 0) {
      return 0;
    }
    long whole = inBursts() ? nanos / BURST_NANOS * BURST_NANOS : nanos;
    return whole / perNanos * datagrams + whole % perNanos * datagrams / perNanos + 1;
  }

  private boolean inBursts() {
    return perNanos / datagrams < BURST_NANOS;
  }
}
