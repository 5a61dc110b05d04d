package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "1549, 1.5 kB",
    "99949, 99.9 kB",
    "99951, 100 kB",
    "999499, 999 kB",
    "999500, 1.0 MB",
    "123456789, 123 MB",
    "107374182400, 107 GB",
    "9223372036854775807, 9.2 EB"
  })
  void sizesHaveThreeDigitsOrSo(long bytes, String shown) {
    assertThat(Shown.bytes((double) bytes)).isEqualTo(shown);
    assertThat(Shown.rate((double) bytes)).isEqualTo(shown + "/s");
  }

  @Test
  void secondsHaveOneDecimal() {
    assertThat(Shown.seconds(Duration.ofMillis(2_460))).isEqualTo("2.5 s");
  }

  @Test
  void pathsKeepTheirForm() {
    for (String path : new String[] {"a", "a/b", "/", "/a", "/a/b", "a/网络 1", ".", ""}) {
      assertThat(ShownPath.of(Path.of(path))).isEqualTo(path);
    }
  }
}
