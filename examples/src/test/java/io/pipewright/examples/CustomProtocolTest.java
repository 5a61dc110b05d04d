package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.RunningServer;
import io.pipewright.examples.CustomProtocol.Answer;
import io.pipewright.examples.CustomProtocol.Request;
import io.pipewright.examples.CustomProtocol.Status;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CustomProtocolTest {

  private RunningServer server;

  @BeforeEach
  void start() {
    server = Commands.server(new CustomProtocol()).start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aRequestIsAnsweredByteForByteAsThePictureSays() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send(HexFormat.of()
          .parseHex("00000015" + "0badcafe" + "2a" + "0000000000000006" + "fffffffffffffff9"));
      assertThat(HexFormat.of().formatHex(client.receive(17)))
          .isEqualTo("0000000d" + "0badcafe" + "00" + "ffffffffffffffd6"); // 6 * -7 = -42
    }
  }

  @Test
  void aRequestOfTheWrongLengthEndsItsConnectionAndNoOther() throws Exception {
    try (Peer good = new Peer(server.port());
        Peer bad = new Peer(server.port())) {
      assertThat(bad.send(HexFormat.of().parseHex("00000001" + "00")).receiveAll())
          .isEmpty();
      good.send(HexFormat.of()
          .parseHex("00000015" + "00000001" + "3f" + "0000000000000000" + "0000000000000000"));
      assertThat(HexFormat.of().formatHex(good.receive(17)))
          .isEqualTo("0000000d" + "00000001" + "03" + "0000000000000000"); // there is no '?'
    }
  }

  @Test
  void theClientPrintsEveryResultInTheOrderOfTheSums() throws Exception {
    try (FakeConsole console = new FakeConsole()) {
      CustomProtocol client = Commands.client(
          new CustomProtocol(),
          server.port(),
          "--", // what follows may begin with a minus
          "6*7",
          "-5 + 3",
          "9223372036854775807+1",
          "1/0");
      assertThat(client.ask("127.0.0.1", server.port(), console.terminal()))
          .isEqualTo(ExitCode.REFUSED);
      assertThat(console.printed())
          .containsExactly(
              "6 * 7 = 42",
              "-5 + 3 = -2",
              "9223372036854775807 + 1 = error: it does not fit in 64 bits",
              "1 / 0 = error: division by zero");
    }
  }

  @Test
  void aServerThatHangsUpIsNotWaitedFor() throws Exception {
    try (FakeConsole console = new FakeConsole();
        java.net.ServerSocket rude = new java.net.ServerSocket(0)) {
      Thread hangingUp = new Thread(() -> {
        try {
          rude.accept().close();
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
      hangingUp.start();
      CustomProtocol client = Commands.client(new CustomProtocol(), rude.getLocalPort(), "1+1");
      assertThatThrownBy(() -> client.ask("127.0.0.1", rude.getLocalPort(), console.terminal()))
          .isInstanceOf(LaunchException.class);
      hangingUp.join();
    }
  }

  @Test
  void dividesWithoutOverflowingAndRefusesWhatIsNoSum() {
    assertThat(new Request(1, '/', Long.MIN_VALUE, -1).answer())
        .isEqualTo(new Answer(1, Status.OVERFLOW, 0));
    assertThat(new Request(1, '/', -7, 2).answer()).isEqualTo(new Answer(1, Status.OK, -3));
    assertThat(new Request(1, '-', Long.MIN_VALUE, 1).answer().status()).isEqualTo(Status.OVERFLOW);
    assertThatThrownBy(() -> Request.parse(0, "six")).hasMessageContaining("'six' is no sum");
    assertThatThrownBy(() -> Request.parse(0, "9223372036854775808+1"))
        .hasMessageContaining("64 bits");
  }
}
