package io.pipewright.udp.guard;

import java.util.concurrent.atomic.AtomicLong;

/** The token bucket of all sockets of a server together. Thread-safe without a lock. */
final class TotalRate {

  private final double nanosPerDatagram;
  private final double nanosPerByte;
  private final AtomicLong datagramsFull;
  private final AtomicLong bytesFull;

  TotalRate(ReplyRate rate, long now) {
    nanosPerDatagram = rate.nanosPerDatagram();
    nanosPerByte = rate.nanosPerByte();
    datagramsFull = new AtomicLong(now);
    bytesFull = new AtomicLong(now);
  }

  boolean isInDebt(long now) {
    return datagramsFull.get() - now > RateTable.BURST_NANOS
        || bytesFull.get() - now > RateTable.BURST_NANOS;
  }

  void charge(int bytes, long now) {
    charge(datagramsFull, (long) nanosPerDatagram, now);
    charge(bytesFull, (long) (nanosPerByte * bytes), now);
  }

  private static void charge(AtomicLong full, long nanos, long now) {
    if (nanos > 0) {
      full.accumulateAndGet(nanos, (at, more) -> (at - now > 0 ? at : now) + more);
    }
  }
}
