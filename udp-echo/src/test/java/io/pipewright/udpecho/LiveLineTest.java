package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.udpecho.measure.Counts;
import io.pipewright.udpecho.measure.Phase;
import io.pipewright.udpecho.measure.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LiveLineTest {

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

  private static Progress progress(long sent, long answered) {
    return new Progress(
        Phase.SENDING,
        Duration.ofMillis(1_500),
        new Counts(sent, 0, answered, 0, 0, 0, 0, 0, 0, OptionalLong.empty()),
        2,
        Optional.empty());
  }

  private LiveLine line(int columns) {
    return new LiveLine(new PrintStream(screen, true, UTF_8), columns);
  }

  @Test
  void aLineIsDrawnOverTheOneBeforeAndTakenAwayAtTheEnd() {
    try (LiveLine line = line(80)) {
      line.show(progress(10_000, 9_990));
      line.show(progress(9, 7));
    }
    String first = "1.5 s  sent 10,000  answered 9,990  missing 8";
    String second = "1.5 s  sent 9  answered 7  missing 0";
    assertThat(screen.toString(UTF_8))
        .isEqualTo("\r" + first
            + "\r" + second + " ".repeat(first.length() - second.length())
            + "\r" + " ".repeat(second.length()) + "\r");
  }

  @Test
  void aNarrowTerminalGetsWhatItHolds() {
    try (LiveLine line = line(10)) {
      line.show(progress(10_000, 9_990));
    }
    assertThat(screen.toString(UTF_8)).startsWith("\r1.5 s  se\r");
  }

  @Test
  void withoutATerminalNothingIsDrawn() {
    try (LiveLine line = LiveLine.none()) {
      line.show(progress(1, 1));
    }
    assertThat(screen.toString(UTF_8)).isEmpty();
  }
}
