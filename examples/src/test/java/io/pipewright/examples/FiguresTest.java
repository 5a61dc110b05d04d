package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void bytesAreExactWhileTheyAreFew() {
    assertThat(Figures.bytes(0)).isEqualTo("0 bytes");
    assertThat(Figures.bytes(65_507)).isEqualTo("65,507 bytes");
    assertThat(Figures.bytes(3 << 20)).isEqualTo("3.0 MiB");
    assertThat(Figures.bytes(256L << 20)).isEqualTo("256 MiB");
    assertThat(Figures.bytes(5L << 30)).isEqualTo("5,120 MiB");
  }

  @Test
  void timesHaveTwoOrThreeDigitsAndTheUnitThatFits() {
    assertThat(Figures.time(Duration.ofNanos(420_000))).isEqualTo("0.42 ms");
    assertThat(Figures.time(Duration.ofMillis(7))).isEqualTo("7.0 ms");
    assertThat(Figures.time(Duration.ofMillis(999))).isEqualTo("999 ms");
    assertThat(Figures.time(Duration.ofMillis(1_900))).isEqualTo("1.9 s");
  }

  @Test
  void ratesDivideByTheTimeEvenIfThereWasNone() {
    assertThat(Figures.rate(612L << 20, Duration.ofSeconds(1))).isEqualTo("612 MiB/s");
    assertThat(Figures.perSecond(5_000, Duration.ofMillis(500))).isEqualTo("10,000 /s");
    assertThat(Figures.perSecond(0, Duration.ZERO)).isEqualTo("0 /s");
  }
}
