package io.pipewright.client;

import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next try: any time at all, at random, up to a limit that doubles with each failure ("full
 * jitter"). So the clients of a server that was restarted do not all come back in the same moment. An immutable value.
 *
 * <pre>
 *   failures in a row        1        2        3     …
 *   wait between 0 and    initial  2·initial  4·initial  …  max at most
 * </pre>
 */
public final class Backoff {

  private static final int MOST_DOUBLINGS = 62;

  private final Duration initial;
  private final Duration max;
  private final Duration resetAfter;
  private final DoubleSupplier random;

  private Backoff(Duration initial, Duration max, Duration resetAfter, DoubleSupplier random) {
    this.initial = initial;
    this.max = max;
    this.resetAfter = resetAfter;
    this.random = random;
  }

  /** 200 ms at first, 30 s at most, forgotten after 30 s that went well. */
  public static Backoff defaults() {
    Duration most = Duration.ofSeconds(30);
    return new Backoff(
        Duration.ofMillis(200), most, most, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * The most to wait after the first failure.
   *
   * @param initial 1 ms to 24 days
   * @return this backoff with that beginning, and with at least it as its {@link #max}
   * @throws ConfigurationException if out of range
   */
  public Backoff initial(Duration initial) {
    Limits.checked("initial", initial);
    Duration most = max.compareTo(initial) < 0 ? initial : max;
    return new Backoff(initial, most, resetAfter, random);
  }

  /**
   * The most to wait, however many failures there were.
   *
   * @param max {@link #initial} to 24 days
   * @return this backoff with that limit
   * @throws ConfigurationException if out of range
   */
  public Backoff max(Duration max) {
    Limits.checked("max", max);
    if (max.compareTo(initial) < 0) {
      throw new ConfigurationException(
          "max", max, "must be at least the initial " + initial + ", not " + max);
    }
    return new Backoff(initial, max, resetAfter, random);
  }

  /**
   * How long something must have gone well before its earlier failures are forgotten. A server that accepts and hangs up at
   * once is so waited for as one that refuses.
   *
   * @param resetAfter 0 to 24 days
   * @return this backoff with that period
   * @throws ConfigurationException if out of range
   */
  public Backoff resetAfter(Duration resetAfter) {
    if (resetAfter.isNegative() || resetAfter.compareTo(Limits.LONGEST) > 0) {
      throw new ConfigurationException(
          "resetAfter", resetAfter, "must be 0 to 24 days, not " + resetAfter);
    }
    return new Backoff(initial, max, resetAfter, random);
  }

  /**
   * Where the jitter comes from; tests put a number of their own here.
   *
   * @param random gives 0 (no wait) to 1 (the whole wait); called by whoever waits
   * @return this backoff with that source
   */
  public Backoff random(DoubleSupplier random) {
    return new Backoff(initial, max, resetAfter, Objects.requireNonNull(random, "random"));
  }

  /** How long something must have gone well before its failures are forgotten. */
  public Duration resetAfter() {
    return resetAfter;
  }

  /**
   * How long to wait now; each call draws anew.
   *
   * @param failures how many tries in a row have failed, 1 or more
   * @return 0 to {@link #limit}
   */
  public Duration delay(int failures) {
    double share = Math.min(1, Math.max(0, random.getAsDouble()));
    return Duration.ofNanos((long) (limit(failures).toNanos() * share));
  }

  /**
   * The most that {@link #delay} gives.
   *
   * @param failures how many tries in a row have failed, 1 or more
   */
  public Duration limit(int failures) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MOST_DOUBLINGS);
    double nanos = initial.toNanos() * Math.pow(2, doublings);
    return nanos < max.toNanos() ? Duration.ofNanos((long) nanos) : max;
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "backoff from " + initial.toMillis() + " to " + max.toMillis()
        + " ms, with full jitter, forgotten after " + resetAfter.toMillis() + " ms";
  }
}
