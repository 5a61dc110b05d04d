package io.pipewright.filetransfer.store;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a file's times are past. File systems take the time from a clock that moves in steps: a
 * file that is written twice within one has the same times after both, and whoever looked between
 * them would take the second state for the first. What is older than a step cannot be mistaken.
 */
final class Rest {

  /** Longer than a step of the kernel's clock, 10 ms at most. */
  private static final Duration STEP = Duration.ofMillis(20);

  /** That of FAT; others that store whole seconds have no longer one. */
  private static final Duration LONG_STEP = Duration.ofSeconds(2);

  private Rest() {}

  /**
   * How long to wait until the file could not change without its facts changing too.
   *
   * @param now the wall clock's time
   * @return zero if it rests already; a time far in the future is nobody's clock and is left alone
   */
  static Duration lacking(Facts facts, Instant now) {
    Instant latest = facts.changed() != null ? facts.changed() : facts.modified();
    Duration step = latest.truncatedTo(ChronoUnit.SECONDS).equals(latest) ? LONG_STEP : STEP;
    Duration age = Duration.between(latest, now);
    return age.compareTo(step) >= 0 || age.plus(step).isNegative()
        ? Duration.ZERO
        : step.minus(age);
  }

  /** Whether a file rests. */
  static boolean has(Facts facts) {
    return lacking(facts, Instant.now()).isZero();
  }

  /** For what never rests: a version that no other look will have. */
  static FileVersion versionOfItsOwn() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new FileVersion(random.nextLong(), random.nextLong());
  }

  /**
   * Waits so long.
   *
   * @return whether it had to
   * @throws InterruptedIOException if the thread is interrupted, and stays so
   */
  static boolean await(Facts facts) throws InterruptedIOException {
    Duration lacking = lacking(facts, Instant.now());
    if (lacking.isZero()) {
      return false;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(lacking.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("was interrupted while a file came to rest");
    }
  }
}
