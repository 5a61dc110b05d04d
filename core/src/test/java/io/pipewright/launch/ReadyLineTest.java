package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadyLineTest {

  @ParameterizedTest(name = "asked for \"{0}\", bound to {1}: {2}")
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 127.0.0.1:7",
    "localhost, 127.0.0.1, 127.0.0.1:7",
    "::1, ::1, [::1]:7",
    "0.0.0.0, ::, 0.0.0.0:7",
    "::, ::, [::]:7",
    "'', ::, [::]:7",
    "'', 0.0.0.0, 0.0.0.0:7"
  })
  void theAddressIsTheBoundOneAndTheWildcardTheOneAskedFor(
      String asked, String bound, String shown) {
    FakeServer server = new FakeServer(bound, 7, 1, 0, Duration.ZERO, false);
    assertThat(new ReadyLine("tiny", asked).of(server))
        .isEqualTo("tiny listening on " + shown + " (nio, 2 event loops)");
  }
}
