package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardErrorTest {

  @ParameterizedTest
  @CsvSource({
    "'24 100\n', 100",
    "'50 9999', 9999",
    "'0 0\n', 80",
    "'24 5', 80",
    "'', 80",
    "'no tty', 80"
  })
  void isWhatTheTerminalSaysIfThatIsAWidth(String size, int columns) {
    assertThat(StandardError.parse(size)).isEqualTo(columns);
  }
}
