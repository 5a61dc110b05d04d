package io.pipewright.shaping;

import io.pipewright.shaping.Shaping.Burst;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket that hands out places in a queue. Whoever wants to move bytes reserves them and gets a ticket, the sum of all
 * that was ever reserved up to and with its own; its turn is when as much has been earned. So those who share a bucket are
 * served in the order in which they came, in slices, and nobody starves.
 *
 * <pre>
 *   earned ─────────────────►|                       grows by the rate, at most a burst ahead of what is reserved
 *   reserved ────────────────────────────►|          grows by what is asked for
 *                            └ tickets in between wait: (ticket − earned) / rate
 * </pre>
 *
 * <p>Thread-safe, with the time as an argument: the event loops that share a bucket share a clock, too.
 */
final class Bucket {

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A slice is what this part of a second gives: short enough to look steady, long enough for timers. */
  private static final int SLICES_PER_SECOND = 20;

  private static final int SMALLEST_SLICE_BYTES = 1 << 10;
  private static final int LARGEST_SLICE_BYTES = 256 << 10;

  private long bytesPerSecond;
  private long burstBytes;
  private long reserved;
  private long earned;
  private long earnedAt;
  private int waiting;

  /** Takes another rate, which is more than 0; what is reserved stays reserved. A bucket that had no rate is full. */
  synchronized void rate(long rate, Burst burst, long now) {
    if (rate == bytesPerSecond) {
      return;
    }
    boolean fresh = bytesPerSecond == 0;
    if (!fresh) {
      earn(now);
    }
    bytesPerSecond = rate;
    burstBytes = burst.bytes(rate);
    earnedAt = now;
    earned = fresh ? reserved + burstBytes : Math.min(earned, reserved + burstBytes);
  }

  /** Nobody is limited by this bucket any more; it will be full when it is given a rate again. */
  synchronized void unlimited() {
    bytesPerSecond = 0;
  }

  /** Reserves behind all that came before; 0 bytes give the ticket of a place without any. */
  synchronized long reserve(long bytes, long now) {
    earn(now);
    reserved += bytes;
    return reserved;
  }

  /** Gives back what was reserved and will not be used. */
  synchronized void refund(long bytes) {
    earned = Math.min(earned + bytes, reserved + burstBytes);
  }

  /** How long it is until a ticket's turn; 0 if it is now. */
  synchronized long nanosUntil(long ticket, long now) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    earn(now);
    long missing = ticket - earned;
    return missing <= 0 ? 0 : (long) Math.ceil(missing * NANOS / bytesPerSecond);
  }

  private void earn(long now) {
    long elapsed = now - earnedAt;
    if (elapsed <= 0 || bytesPerSecond == 0) {
      return;
    }
    long bytes = (long) (elapsed / NANOS * bytesPerSecond);
    if (earned + bytes >= reserved + burstBytes) {
      earned = reserved + burstBytes;
      earnedAt = now;
    } else {
      earned += bytes;
      earnedAt += (long) (bytes * NANOS / bytesPerSecond); // the part of a byte is earned next time
    }
  }

  /** One more, or less, is waiting for its turn. */
  synchronized void waiting(int change) {
    waiting += change;
  }

  /** How much to move at once: the less, the more are waiting. */
  synchronized int sliceBytes() {
    long slice = bytesPerSecond / SLICES_PER_SECOND / (1 + waiting);
    return (int) Math.max(SMALLEST_SLICE_BYTES, Math.min(slice, LARGEST_SLICE_BYTES));
  }

  synchronized long burstBytes() {
    return burstBytes;
  }
}
