package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessagePrinterTest {

  private FakeConsole console;
  private RunningServer server;

  @BeforeEach
  void start() {
    console = new FakeConsole();
    server = Commands.server(new MessagePrinter()).start(console.lines());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    console.close();
  }

  @Test
  void printsWhoSaidWhatAndWhoHasGone() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("你好");
      await().untilAsserted(() -> assertThat(console.printed()).contains(client.name() + " 你好"));
      client.hangUp();
      await()
          .untilAsserted(() -> assertThat(console.printed())
              .containsExactly(client.name() + " 你好", client.name() + " has gone"));
    }
  }

  @Test
  void aCharacterThatTwoReadsShareStaysWhole() throws Exception {
    byte[] text = "a网".getBytes(UTF_8);
    try (Peer client = new Peer(server.port())) {
      client.send(Arrays.copyOf(text, 2));
      await().untilAsserted(() -> assertThat(console.printed()).contains(client.name() + " a"));
      client.send(Arrays.copyOfRange(text, 2, text.length));
      await().untilAsserted(() -> assertThat(console.printed()).contains(client.name() + " 网"));
    }
  }

  @Test
  void noClientForgesAnotherLineOrMovesTheCursor() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("x\n10.0.0.1:1 forged\u001b[2J");
      client.hangUp();
      await().untilAsserted(() -> assertThat(console.printed()).hasSize(2));
      assertThat(console.printed())
          .containsExactly(
              client.name() + " x\\n10.0.0.1:1 forged\\x1b[2J", client.name() + " has gone");
    }
  }

  @Test
  void oneClientThatSaysNothingDoesNotKeepTheNextFromBeingHeard() throws Exception {
    try (Peer silent = new Peer(server.port());
        Peer second = new Peer(server.port())) {
      second.send("here");
      await().untilAsserted(() -> assertThat(console.printed()).contains(second.name() + " here"));
      assertThat(silent.socket().isConnected()).isTrue();
    }
  }

  @Test
  void bytesThatAreNoTextAreShownAsSuchAndTheConnectionStays() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send((byte) 0xff);
      await()
          .untilAsserted(() -> assertThat(console.printed()).contains(client.name() + " \uFFFD"));
      client.send("still here");
      await()
          .untilAsserted(
              () -> assertThat(console.printed()).contains(client.name() + " still here"));
    }
  }
}
