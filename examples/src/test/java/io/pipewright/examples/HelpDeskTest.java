package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HelpDeskTest {

  private static final Charset GBK = Charset.forName("GBK");

  /** ok, 问题正在处理中... */
  private static final byte[] ANSWER =
      HexFormat.of().parseHex("6f6b2c20cecacce2d5fdd4dab4a6c0edd6d02e2e2e");

  private FakeConsole console;
  private RunningServer server;

  @BeforeEach
  void start() {
    console = new FakeConsole();
    server = Commands.server(new HelpDesk()).start(console.lines());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    console.close();
  }

  @Test
  void printsAddressLengthAndTextAnswersInGbkAndHangsUp() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("服务器坏了".getBytes(GBK));
      assertThat(client.receiveAll()).isEqualTo(ANSWER);
      await()
          .untilAsserted(() ->
              assertThat(console.printed()).containsExactly(client.name() + " 10 bytes: 服务器坏了"));
    }
  }

  @Test
  void aMessageThatIsCutWithinACharacterIsAnsweredWhenItIsWhole() throws Exception {
    byte[] message = "好".getBytes(GBK);
    try (Peer client = new Peer(server.port())) {
      client.send(message[0]);
      // the server has read the first byte by the time it counts the second client's message
      try (Peer other = new Peer(server.port())) {
        other.send("x".getBytes(GBK)).receiveAll();
      }
      client.send(message[1]);
      assertThat(client.receiveAll()).isEqualTo(ANSWER);
      await()
          .untilAsserted(
              () -> assertThat(console.printed()).contains(client.name() + " 2 bytes: 好"));
    }
  }

  @Test
  void halfACharacterIsAnsweredTooWhenTheClientHasFinishedSending() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("好".getBytes(GBK)[0]).finishSending();
      assertThat(client.receiveAll()).isEqualTo(ANSWER);
      await()
          .untilAsserted(
              () -> assertThat(console.printed()).contains(client.name() + " 1 bytes: \uFFFD"));
    }
  }

  @Test
  void aClientThatGoesOnTalkingGetsItsAnswerAllTheSame() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (Peer client = new Peer(server.port())) {
        client.send(new byte[300_000]);
        assertThat(client.receiveAll()).isEqualTo(ANSWER);
      }
    }
  }

  @Test
  void twoHundredClientsAtOnceAreAllAnswered() throws Exception {
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(new Peer(server.port()));
    }
    for (Peer client : clients) {
      client.send("问题".getBytes(GBK));
    }
    for (Peer client : clients) {
      assertThat(client.receiveAll()).isEqualTo(ANSWER);
      client.close();
    }
    await().untilAsserted(() -> assertThat(console.printed()).hasSize(200));
  }
}
