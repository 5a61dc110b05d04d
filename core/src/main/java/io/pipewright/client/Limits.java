package io.pipewright.client;

import io.pipewright.ConfigurationException;
import java.time.Duration;

/** The times that timers can keep. */
final class Limits {

  static final Duration LONGEST = Duration.ofDays(24);

  private Limits() {}

  /**
   * The duration, if it is one that can be waited for.
   *
   * @throws ConfigurationException if it is not 1 ms to 24 days
   */
  static Duration checked(String field, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(field, duration, "must be 1 ms to 24 days, not " + duration);
    }
    return duration;
  }
}
