package io.pipewright.watchdog;

import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** Settings of a {@link LoopWatchdog}. */
public final class LoopWatchdogBuilder {

  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofHours(1);

  private Duration limit = Duration.ofSeconds(2);
  private Consumer<BlockedLoop> listener = blocked -> {};

  LoopWatchdogBuilder() {}

  /**
   * How long a loop may take to get to its next task. Default 2 s. It is noticed after one and a half times as long at most.
   *
   * @param limit 10 ms to an hour
   * @return this
   * @throws ConfigurationException if out of range
   */
  public LoopWatchdogBuilder limit(Duration limit) {
    if (limit.compareTo(LEAST) < 0 || limit.compareTo(MOST) > 0) {
      throw new ConfigurationException("limit", limit, "must be 10 ms to an hour, not " + limit);
    }
    this.limit = limit;
    return this;
  }

  /**
   * Who is told, besides the log.
   *
   * @param listener called on the watchdog's thread, which it must not hold up
   * @return this
   */
  public LoopWatchdogBuilder report(Consumer<BlockedLoop> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /** The watchdog, watching nothing yet. */
  public LoopWatchdog build() {
    return new LoopWatchdog(limit, listener);
  }
}
