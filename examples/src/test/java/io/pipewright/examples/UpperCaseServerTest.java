package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.ConnectFailedException;
import io.pipewright.RunningServer;
import io.pipewright.launch.ExitCode;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpperCaseServerTest {

  private FakeConsole console;
  private RunningServer server;

  @BeforeEach
  void start() {
    console = new FakeConsole();
    server = Commands.server(new UpperCaseServer()).start(console.lines());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    console.close();
  }

  @Test
  void makesLettersUpperCaseAndLeavesEveryOtherByteAlone() throws Exception {
    byte[] all = new byte[256];
    byte[] expected = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
      expected[i] = (byte) (i >= 'a' && i <= 'z' ? i - 32 : i);
    }
    try (Peer client = new Peer(server.port())) {
      assertThat(client.send(all).receive(256)).isEqualTo(expected);
    }
  }

  @Test
  void printsWhoComesEachReadAndThatTheLinkIsDown() throws Exception {
    try (Peer client = new Peer(server.port())) {
      client.send("hello\n").receive(6);
      client.send("再见").receive(6);
      client.hangUp();
      await().untilAsserted(() -> assertThat(console.printed()).hasSize(4));
      assertThat(console.printed())
          .containsExactly(
              client.name() + " connected",
              client.name() + " hello\\n",
              client.name() + " 再见",
              client.name() + " the link is down");
    }
  }

  @Test
  void helloClientGetsNineRepliesByDefault() throws Exception {
    try (FakeConsole screen = new FakeConsole()) {
      HelloClient client = Commands.client(new HelloClient(), server.port(), "--interval", "1ms");
      assertThat(client.greet(screen.terminal())).isEqualTo(ExitCode.OK);
      assertThat(screen.text().lines()).hasSize(9).containsOnly("HELLO");
    }
  }

  @Test
  void helloClientSendsItsLineToAPlainServer() throws Exception {
    try (ServerSocket plain = new ServerSocket(0);
        FakeConsole screen = new FakeConsole()) {
      Thread answering = new Thread(() -> {
        try (var accepted = plain.accept()) {
          byte[] read = accepted.getInputStream().readNBytes(6);
          for (byte b : read) { // byte by byte: the client puts the reply together
            accepted.getOutputStream().write(b);
          }
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
      answering.start();
      HelloClient client = Commands.client(new HelloClient(), plain.getLocalPort(), "--count", "1");
      client.greet(screen.terminal());
      assertThat(screen.printed()).containsExactly("hello");
      answering.join();
    }
  }

  @Test
  void helloClientSaysWhereNothingListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    HelloClient client = Commands.client(new HelloClient(), port);
    try (FakeConsole screen = new FakeConsole()) {
      assertThatThrownBy(() -> client.greet(screen.terminal()))
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }

  @Test
  void aClientThatReadsNothingIsNotReadForEver() throws Exception {
    byte[] piece = "x".repeat(64 * 1024).getBytes(US_ASCII);
    try (Peer greedy = new Peer(server.port());
        Peer modest = new Peer(server.port())) {
      Thread sending = new Thread(() -> {
        try {
          while (true) {
            greedy.send(piece);
          }
        } catch (java.io.IOException e) {
          // the test has seen enough
        }
      });
      sending.start();
      await().until(() -> sending.getState() == Thread.State.RUNNABLE);
      assertThat(new String(modest.send("ok").receive(2), UTF_8)).isEqualTo("OK");
      greedy.hangUp();
      sending.join();
    }
  }
}
