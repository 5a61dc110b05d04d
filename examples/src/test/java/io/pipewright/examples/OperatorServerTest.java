package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperatorServerTest {

  private static final Charset GBK = Charset.forName("GBK");

  private FakeConsole console;
  private RunningServer server;

  @BeforeEach
  void start() {
    console = new FakeConsole();
    server = Commands.server(new OperatorServer()).start(console.terminal(), console.lines());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    console.close();
  }

  @Test
  void printsTheMessageAndSendsTheTypedLineInGbkThenHangsUp() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("几点了？");
      await().untilAsserted(() -> assertThat(console.text()).contains(client.name() + " 几点了？"));
      console.type("三点");
      assertThat(client.receiveAll()).isEqualTo("三点".getBytes(GBK));
    }
  }

  @Test
  void theWaitingAreAnsweredOneByOneInTheOrderOfTheirMessages() throws Exception {
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Peer client = new Peer(server.port());
      clients.add(client.send("question " + i));
      String expected = client.name() + " question " + i;
      await().untilAsserted(() -> assertThat(console.text()).contains(expected));
    }
    for (int i = 0; i < 20; i++) {
      console.type("answer " + i);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(clients.get(i).receiveAll(GBK)).isEqualTo("answer " + i);
      clients.get(i).close();
    }
  }

  @Test
  void ofManyWhoAskAtOnceEachGetsTheAnswerToItsOwnMessageInTheOrderPrinted() throws Exception {
    Map<String, Peer> clients = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      Peer client = new Peer(server.port());
      clients.put(client.name(), client);
    }
    for (Peer client : clients.values()) {
      client.send("question");
    }
    await().untilAsserted(() -> assertThat(console.printed()).hasSize(clients.size()));
    for (String line : console.printed()) {
      console.type(line.replaceAll("^answer to .*> | question$", "")); // the name of who asks
    }
    for (Map.Entry<String, Peer> client : clients.entrySet()) {
      assertThat(client.getValue().receiveAll(GBK)).isEqualTo(client.getKey());
      client.getValue().close();
    }
  }

  @Test
  void aClientThatHasFinishedSendingStillGetsItsAnswer() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("anybody?").finishSending();
      await().untilAsserted(() -> assertThat(console.text()).contains("anybody?"));
      console.type("yes");
      assertThat(client.receiveAll(GBK)).isEqualTo("yes");
    }
  }

  @Test
  void whenTheOperatorsInputEndsTheRestAreToldAndTheServerStops() throws Exception {
    try (Peer first = new Peer(server.port());
        Peer second = new Peer(server.port())) {
      first.send("a");
      await().untilAsserted(() -> assertThat(console.text()).contains(first.name() + " a"));
      second.send("b");
      await().untilAsserted(() -> assertThat(console.text()).contains(second.name() + " b"));
      console.type("for a");
      console.endInput();
      assertThat(first.receiveAll(GBK)).isEqualTo("for a");
      assertThat(second.receiveAll(GBK)).isEqualTo("对不起, 操作员已离开");
      first.hangUp();
      second.hangUp();
      assertThat(server.awaitTermination(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void aLineThatGbkCannotWriteIsAskedForAgain() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("a");
      await().untilAsserted(() -> assertThat(console.text()).contains(client.name() + " a"));
      console.type("😀");
      console.type("good");
      assertThat(client.receiveAll(GBK)).isEqualTo("good");
      assertThat(console.text()).contains("try again");
    }
  }

  @Test
  void aClientWaitsForItsAnswerHoweverLongTheOperatorThinks() throws Exception {
    try (FakeConsole slow = new FakeConsole();
        RunningServer impatient = Commands.server(new OperatorServer(), "--idle-timeout", "200ms")
            .start(slow.terminal(), slow.lines());
        Peer client = new Peer(impatient.port());
        Peer silent = new Peer(impatient.port())) {
      client.send("a");
      assertThat(silent.receiveAll()).isEmpty(); // who asks nothing is not waited for
      slow.type("b");
      assertThat(client.receiveAll(GBK)).isEqualTo("b");
    }
  }

  @Test
  void anAnswerForAClientThatHasGoneDoesNotGoToTheNext() throws Exception {
    try (Peer first = new Peer(server.port());
        Peer second = new Peer(server.port())) {
      first.send("a");
      await().untilAsserted(() -> assertThat(console.text()).contains(first.name() + " a"));
      second.send("b");
      await().untilAsserted(() -> assertThat(console.text()).contains(second.name() + " b"));
      first.reset();
      await().untilAsserted(() -> assertThat(server.connections()).isEqualTo(1));
      console.type("for the first");
      await().untilAsserted(() -> assertThat(console.text()).contains("that client has gone"));
      console.type("for the second");
      assertThat(second.receiveAll(GBK)).isEqualTo("for the second");
    }
  }
}
