package io.pipewright.filetransfer.fetching;

import java.time.Duration;
import java.util.Optional;

/**
 * How often a server has failed in a row, and when to try it again. Not thread-safe.
 */
final class Retries {

  private final Workplace workplace;
  private final Server server;
  private int failures;
  private long countedNanos;
  private long notBeforeNanos;

  Retries(Workplace workplace, Server server) {
    this.workplace = workplace;
    this.server = server;
    this.notBeforeNanos = now();
    this.countedNanos = notBeforeNanos - 1;
  }

  private long now() {
    return workplace.nanoTime().getAsLong();
  }

  /** Whether it may be tried now. */
  boolean isDue() {
    return now() - notBeforeNanos >= 0;
  }

  /** It brought something. */
  void progress() {
    failures = 0;
  }

  /** How many tries in a row have brought nothing. */
  int failures() {
    return failures;
  }

  /**
   * A connection failed. Those that were open together when one of them was counted are not counted too.
   *
   * @param openedNanos when it was opened
   * @param cause why
   * @return how long to wait before the next try; nothing if there have been too many, or it would be in vain
   */
  Optional<Duration> failed(long openedNanos, Throwable cause) {
    long now = now();
    if (openedNanos - countedNanos > 0) {
      failures++;
      countedNanos = now;
    }
    if (failures > workplace.settings().retries() || !Causes.isWorthAnotherTry(cause, server)) {
      return Optional.empty();
    }
    Duration delay = Causes.delay(workplace.settings(), failures, cause);
    notBeforeNanos = now + delay.toNanos();
    return Optional.of(delay);
  }
}
