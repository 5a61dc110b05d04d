package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.launch.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.List;

/** A person at a terminal: what they type, and what they see. */
final class FakeConsole implements AutoCloseable {

  private final OutputStream keyboard;
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final Terminal terminal;
  private final LinePrinter lines;

  FakeConsole() {
    try {
      Pipe pipe = Pipe.open(); // the pipes of java.io care which thread reads
      keyboard = Channels.newOutputStream(pipe.sink());
      terminal =
          Terminal.of(Channels.newInputStream(pipe.source()), new PrintStream(screen, true, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lines = new LinePrinter(terminal);
  }

  Terminal terminal() {
    return terminal;
  }

  LinePrinter lines() {
    return lines;
  }

  void type(String line) throws IOException {
    keyboard.write((line + "\n").getBytes(UTF_8));
    keyboard.flush();
  }

  void endInput() throws IOException {
    keyboard.close();
  }

  String text() {
    return screen.toString(UTF_8);
  }

  List<String> printed() {
    return text().lines().toList();
  }

  @Override
  public void close() throws IOException {
    lines.close();
    keyboard.close();
  }
}
