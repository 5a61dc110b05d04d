package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a file's times are old enough to tell its states apart. */
class RestTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:10.5Z");

  @ParameterizedTest(name = "modified {0}, changed {1}: {2}")
  @CsvSource({
    "2026-01-01T00:00:10.5Z,        2026-01-01T00:00:10.5Z,   PT0.020S",
    "2020-01-01T00:00:00.5Z,        2026-01-01T00:00:10.49Z,  PT0.010S",
    "2026-01-01T00:00:10.5Z,        2026-01-01T00:00:10.48Z,  PT0S",
    "2030-01-01T00:00:00.5Z,        2026-01-01T00:00:09.5Z,   PT0S",
    "2026-01-01T00:00:10.495Z,      ,                         PT0.015S",
    "2026-01-01T00:00:10.4Z,        ,                         PT0S",
    // a clock that is a little ahead
    "2026-01-01T00:00:10.505Z,      ,                         PT0.025S",
    "2026-01-01T00:01:10.505Z,      ,                         PT0S",
    // whole seconds: a file system that keeps no parts of them
    "2026-01-01T00:00:10Z,          2026-01-01T00:00:10Z,     PT1.5S",
    "2026-01-01T00:00:08Z,          2026-01-01T00:00:08Z,     PT0S",
  })
  void restsAStepOfItsClockAfterTheLastChange(Instant modified, Instant changed, Duration lacking) {
    Facts facts = new Facts(Facts.Kind.FILE, "key", 1, modified, changed);
    assertThat(Rest.lacking(facts, NOW)).isEqualTo(lacking);
  }
}
