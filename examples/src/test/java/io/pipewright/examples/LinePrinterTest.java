package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.launch.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What becomes of a server that prints when standard output takes nothing, by its answers. */
class LinePrinterTest {

  @Test
  void aStuckTerminalHoldsUpNoEventLoopAndAfterAThousandLinesThoseWhoBringMore() throws Exception {
    StuckOutput output = new StuckOutput();
    try (LinePrinter lines = new LinePrinter(terminal(output));
        RunningServer server = Commands.server(new UpperCaseServer()).start(lines);
        Peer client = new Peer(server.port())) {
      int answered = roundTripsUntilNoAnswerComes(client);
      assertThat(answered).isBetween(990, 1_010);
      try (Peer other = new Peer(server.port())) { // two loops, two clients: both loops still work
        await().untilAsserted(() -> assertThat(server.connections()).isEqualTo(2));
        assertThat(other.socket().isConnected()).isTrue();
      }

      output.letGo();

      assertThat(client.receive(1)).asString(UTF_8).isEqualTo("X");
      String line = client.name() + " x";
      await()
          .untilAsserted(
              () -> assertThat(output.text().lines().filter(line::equals)).hasSize(answered + 1));
    }
  }

  @Test
  void aConnectionWhoseLineCannotBePrintedIsClosed() throws Exception {
    PrintStream full = new PrintStream(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        },
        true,
        UTF_8);
    try (LinePrinter lines = new LinePrinter(Terminal.of(InputStream.nullInputStream(), full));
        RunningServer server = Commands.server(new MessagePrinter()).start(lines);
        Peer client = new Peer(server.port())) {
      client.send("x");
      assertThat(client.receiveAll()).isEmpty();
    }
  }

  private static Terminal terminal(OutputStream output) {
    return Terminal.of(InputStream.nullInputStream(), new PrintStream(output, true, UTF_8));
  }

  private static int roundTripsUntilNoAnswerComes(Peer client) throws IOException {
    client.socket().setSoTimeout(500);
    for (int answered = 0; ; answered++) {
      client.send("x");
      try {
        client.receive(1);
      } catch (SocketTimeoutException e) {
        client.socket().setSoTimeout(10_000);
        return answered;
      }
    }
  }

  /** Takes nothing until it is let go. */
  private static final class StuckOutput extends OutputStream {

    private final CountDownLatch stuck = new CountDownLatch(1);
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    void letGo() {
      stuck.countDown();
    }

    String text() {
      return taken.toString(UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
      try {
        stuck.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      taken.write(b);
    }
  }
}
