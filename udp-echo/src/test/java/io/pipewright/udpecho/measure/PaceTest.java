package io.pipewright.udpecho.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {

  private static final long SECOND = 1_000_000_000;

  @Test
  void aSlowPaceGivesEachDatagramItsOwnTime() {
    Pace pace = Pace.perSecond(4);
    assertThat(pace.dueAt(0)).isZero();
    assertThat(pace.dueAt(3)).isEqualTo(750_000_000);
    assertThat(pace.dueBy(0)).isEqualTo(1);
    assertThat(pace.dueBy(749_999_999)).isEqualTo(3);
    assertThat(pace.dueBy(750_000_000)).isEqualTo(4);
    assertThat(pace.dueBy(-1)).isZero();
  }

  @Test
  void aFastPaceGoesInBurstsEachMillisecond() {
    Pace pace = Pace.perSecond(10_000);
    assertThat(pace.dueBy(0)).isEqualTo(1);
    assertThat(pace.dueBy(999_999)).isEqualTo(1);
    assertThat(pace.dueBy(1_000_000)).isEqualTo(11);
    assertThat(pace.dueAt(1)).isEqualTo(1_000_000);
    assertThat(pace.dueAt(10)).isEqualTo(1_000_000);
    assertThat(pace.dueAt(11)).isEqualTo(2_000_000);
  }

  @Test
  void anIntervalIsAPaceToo() {
    Pace pace = Pace.every(Duration.ofMillis(3));
    assertThat(pace.dueAt(1_000)).isEqualTo(3 * SECOND);
    assertThat(pace.perSecond()).isEqualTo(1_000 / 3.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 7, 999, 1_000, 1_001, 12_345, 100_000, 10_000_000})
  void whatIsDueByATimeIsWhatHasItsTimeUntilThen(long rate) {
    Pace pace = Pace.perSecond(rate);
    for (long second : new long[] {0, 1, 60, 31_536_000}) {
      long number = second * rate;
      assertThat(pace.dueAt(number)).isEqualTo(second * SECOND);
      assertThat(pace.dueBy(second * SECOND)).isEqualTo(number + 1);
      assertThat(pace.dueAt(pace.dueBy(second * SECOND + 777_777) - 1))
          .isLessThanOrEqualTo(second * SECOND + 777_777);
    }
  }
}
