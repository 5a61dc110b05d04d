package io.pipewright.udp.session;

import java.util.concurrent.TimeUnit;

/** A token bucket, kept as the moment at which it will be full again. A second's tokens fit. Not thread-safe. */
final class OpeningRate {

  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long nanosPerSession;
  private long fullAgain;

  OpeningRate(int perSecond, long now) {
    nanosPerSession = TimeUnit.SECONDS.toNanos(1) / perSecond;
    fullAgain = now;
  }

  boolean take(long now) {
    long next = (fullAgain - now > 0 ? fullAgain : now) + nanosPerSession;
    if (next - now > BURST_NANOS) {
      return false;
    }
    fullAgain = next;
    return true;
  }
}
