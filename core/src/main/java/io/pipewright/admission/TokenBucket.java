package io.pipewright.admission;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket without a thread that fills it: instead of the tokens it keeps the moment at which it will be full again.
 * Thread-safe without a lock.
 *
 * <pre>
 *           now                    full again
 *   ─────────┼───────────────────────┼────────────┼──► time
 *            │◄── tokens taken ──►   │            │
 *            │◄────────────── burst ─────────────►│      a token fits if "full again" stays within the burst
 * </pre>
 */
final class TokenBucket {

  private final long nanosPerToken;
  private final long burstNanos;
  private final AtomicLong fullAgain;

  TokenBucket(int perSecond, int burst, long now) {
    this.nanosPerToken = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.burstNanos = nanosPerToken * burst;
    this.fullAgain = new AtomicLong(now);
  }

  boolean take(long now) {
    while (true) {
      long full = fullAgain.get();
      long next = (full - now > 0 ? full : now) + nanosPerToken;
      if (next - now > burstNanos) {
        return false;
      }
      if (fullAgain.compareAndSet(full, next)) {
        return true;
      }
    }
  }
}
