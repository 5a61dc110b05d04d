package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateMeterTest {

  private long nanos;
  private final RateMeter meter = new RateMeter(() -> nanos);

  private void after(long millis, long value) {
    nanos += Duration.ofMillis(millis).toNanos();
    meter.add(value);
  }

  @Test
  void knowsNothingAtFirst() {
    assertThat(meter.perSecond()).isZero();
    assertThat(meter.timeFor(10)).isEmpty();
    after(0, 5);
    assertThat(meter.perSecond()).isZero();
  }

  @Test
  void judgesByTheLastFiveSeconds() {
    for (int i = 0; i <= 100; i++) {
      after(100, 0); // ten seconds of nothing
    }
    for (int i = 1; i <= 100; i++) {
      after(100, i * 100L);
    }

    assertThat(meter.perSecond()).isCloseTo(1_000, within(30.0));
    assertThat(meter.timeFor(60_000))
        .hasValueSatisfying(
            left -> assertThat(left).isCloseTo(Duration.ofSeconds(60), Duration.ofSeconds(2)));
  }

  @Test
  void fallsWhileNothingComes() {
    after(0, 0);
    after(1_000, 1_000);
    nanos += Duration.ofSeconds(4).toNanos();

    assertThat(meter.perSecond()).isCloseTo(200, within(1.0));
  }

  @Test
  void staysSmallHoweverOftenItIsTold() {
    for (int i = 0; i < 1_000; i++) {
      after(1, i);
    }

    assertThat(meter.perSecond()).isCloseTo(1_000, within(50.0));
    assertThat(meter.size()).isLessThan(60);
  }
}
