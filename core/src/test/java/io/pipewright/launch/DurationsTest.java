package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({"0,0", "250ms,250", "30s,30000", "5m,300000", "2h,7200000", "1d,86400000", "0s,0"})
  void aNumberWithItsUnitIsADuration(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-1s", "1.5s", "30 s", "30S", "PT30S", "1m30s", "1w"})
  void anythingElseIsRefusedWithWhatToWrite(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is not a duration: write 250ms, 30s, 5m, 2h or 1d, or 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"106752d", "99999999999999999999s", "9223372036854775807d"})
  void whatTimersCannotCountIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is too long a duration");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1,1ms",
    "999,999ms",
    "1000,1s",
    "1500,1.5s",
    "1234,1.234s",
    "90000,90s",
    "60000,1m",
    "7200000,2h",
    "172800000,2d"
  })
  void aDurationIsShownInTheLargestWholeUnit(long millis, String text) {
    assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void lessThanAMillisecondIsShownAsNothing() {
    assertThat(Durations.format(Duration.ofNanos(999_999))).isEqualTo("0s");
  }
}
