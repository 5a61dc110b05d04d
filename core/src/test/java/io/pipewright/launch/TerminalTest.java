package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TerminalTest {

  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  @Test
  void linesComeOneByOneAndThenTheEndOfTheInput() throws Exception {
    Terminal terminal = reading("one\r\n\ntwo 中文");
    assertThat(terminal.ask("> ", NEVER)).contains("one");
    assertThat(terminal.ask("> ", NEVER)).contains("");
    assertThat(terminal.ask("> ", NEVER)).contains("two 中文");
    assertThat(terminal.ask("> ", NEVER)).isEmpty();
    assertThat(terminal.ask("> ", NEVER)).isEmpty();
    assertThat(shown).hasToString("> > > > > ");
  }

  @Test
  void aClosedConnectionEndsTheWaitingAndLeavesTheLineToTheNextAsker() throws Exception {
    PipedOutputStream keyboard = new PipedOutputStream();
    Terminal terminal = reading(new PipedInputStream(keyboard));
    CompletableFuture<Void> closed =
        new CompletableFuture<Void>().completeOnTimeout(null, 50, TimeUnit.MILLISECONDS);
    assertThat(terminal.ask("> ", closed)).isEmpty();
    keyboard.write("late\n".getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
    assertThat(terminal.ask("> ", NEVER)).contains("late");
  }

  @Test
  void aConnectionThatFailsEndsTheWaitingToo() throws Exception {
    Terminal terminal = reading(new PipedInputStream(new PipedOutputStream()));
    assertThat(terminal.ask("> ", CompletableFuture.failedFuture(new IOException("reset"))))
        .isEmpty();
  }

  @Test
  void severalAskersAreServedInTheOrderInWhichTheyAsked() throws Exception {
    PipedOutputStream keyboard = new PipedOutputStream();
    Terminal terminal = reading(new PipedInputStream(keyboard));
    CompletableFuture<Optional<String>> first = terminal.readLine();
    CompletableFuture<Optional<String>> second = terminal.readLine();
    CompletableFuture<Optional<String>> third = terminal.readLine();
    second.cancel(false);
    keyboard.write("a\nb\n".getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
    assertThat(first).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(Optional.of("a"));
    assertThat(third).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(Optional.of("b"));
  }

  @Test
  void bytesThatAreNotInTheCharsetAreAnErrorNotOtherText() {
    Terminal terminal =
        reading(new ByteArrayInputStream(new byte[] {(byte) 0xd6, (byte) 0xd0, '\n'}));
    assertThatThrownBy(() -> terminal.ask("> ", NEVER))
        .isInstanceOf(LaunchException.class)
        .hasMessage("standard input is not UTF-8; java -Dstdin.encoding=CHARSET says what it is");
  }

  @Test
  void aLineWithoutAnEndIsRefusedBeforeItFillsTheMemory() {
    byte[] half = new byte[1 << 19];
    InputStream endless = new SequenceInputStream(
        new SequenceInputStream(new ByteArrayInputStream(half), new ByteArrayInputStream(half)),
        new ByteArrayInputStream(half));
    assertThatThrownBy(() -> reading(endless).ask("> ", NEVER))
        .isInstanceOf(LaunchException.class)
        .hasMessage("a line of standard input is longer than 1048576 bytes");
  }

  @Test
  void inputThatCannotBeReadSaysWhy() throws IOException {
    InputStream broken = new BufferedInputStream(InputStream.nullInputStream());
    broken.close();
    Terminal terminal = reading(broken);
    assertThatThrownBy(() -> terminal.ask("> ", NEVER))
        .isInstanceOf(LaunchException.class)
        .hasMessage("cannot read standard input")
        .hasRootCauseMessage("Stream closed");
    assertThat(terminal.readLine())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withRootCauseInstanceOf(IOException.class);
  }

  @Test
  void outputThatCannotBeWrittenIsAnError() {
    OutputStream full = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("no space left on device");
      }
    };
    Terminal terminal = Terminal.of(InputStream.nullInputStream(), new PrintStream(full));
    assertThatThrownBy(() -> terminal.println("lost"))
        .isInstanceOfSatisfying(
            LaunchException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CANNOT_WRITE));
  }

  private Terminal reading(String typed) {
    return reading(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
  }

  private Terminal reading(InputStream typed) {
    return Terminal.of(typed, new PrintStream(shown, true, StandardCharsets.UTF_8));
  }
}
