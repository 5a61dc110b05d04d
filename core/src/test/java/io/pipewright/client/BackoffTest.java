package io.pipewright.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final Backoff BACKOFF = Backoff.defaults()
      .initial(Duration.ofMillis(500))
      .max(Duration.ofSeconds(30))
      .random(() -> 1);

  @Test
  void theLimitDoublesUpToItsMaximumAndNeverOverflows() {
    assertThat(BACKOFF.delay(1)).isEqualTo(Duration.ofMillis(500));
    assertThat(BACKOFF.delay(2)).isEqualTo(Duration.ofSeconds(1));
    assertThat(BACKOFF.delay(6)).isEqualTo(Duration.ofSeconds(16));
    assertThat(BACKOFF.delay(7)).isEqualTo(Duration.ofSeconds(30));
    assertThat(BACKOFF.delay(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void theJitterIsAllOfTheDelay() {
    assertThat(BACKOFF.random(() -> 0).delay(3)).isZero();
    assertThat(BACKOFF.random(() -> 0.25).delay(3)).isEqualTo(Duration.ofMillis(500));
    assertThat(BACKOFF.random(() -> 7).delay(3)).as("never beyond").isEqualTo(BACKOFF.limit(3));
  }

  @Test
  void ofItselfTheDelaysDifferAndKeepToTheLimit() {
    Backoff random = Backoff.defaults();
    var delays =
        IntStream.range(0, 100).mapToObj(i -> random.delay(5)).distinct().toList();
    assertThat(delays).hasSizeGreaterThan(50).allMatch(d -> d.compareTo(random.limit(5)) <= 0);
  }

  @Test
  void whatCannotWorkIsRefused() {
    assertThatThrownBy(() -> BACKOFF.initial(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("initial: must be 1 ms to 24 days, not PT0S");
    assertThatThrownBy(() -> BACKOFF.max(Duration.ofMillis(499)))
        .hasMessage("max: must be at least the initial PT0.5S, not PT0.499S");
    assertThatThrownBy(() -> BACKOFF.resetAfter(Duration.ofMillis(-1)))
        .isInstanceOf(ConfigurationException.class);
  }
}
