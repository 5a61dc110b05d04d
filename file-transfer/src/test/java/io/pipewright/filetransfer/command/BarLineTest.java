package io.pipewright.filetransfer.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class BarLineTest {

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final BarLine line = new BarLine(new PrintStream(screen, true, UTF_8), 80);

  private String shown() {
    return screen.toString(UTF_8).replace(" ".repeat(line.getMaxRenderedLength()), "<blank>");
  }

  @Test
  void aSentenceTakesTheLineOfTheBarWhichMovesDown() {
    line.accept("50 % [==  ]");
    line.say("something happened");
    line.accept("60 % [==  ]");
    line.close();

    assertThat(shown()).isEqualTo("\r50 % [==  ]\r<blank>\rsomething happened\n\r60 % [==  ]\n");
  }

  @Test
  void withoutABarThereIsNothingToClear() {
    line.say("something happened");
    line.close();

    assertThat(shown()).isEqualTo("something happened\n");
  }
}
