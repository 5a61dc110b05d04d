package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.ConnectFailedException;
import io.pipewright.RunningServer;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class UdpExamplesTest {

  private static final Charset GBK = Charset.forName("GBK");
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Test
  void theReceiverPrintsSenderAndGbkTextAndSendsNothing() throws Exception {
    try (FakeConsole console = new FakeConsole();
        RunningServer server = Commands.server(new UdpReceiver()).start(console.lines());
        DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
      send(peer, server.port(), "你好\n".getBytes(GBK));
      send(peer, server.port(), new byte[0]);
      await()
          .untilAsserted(() -> assertThat(console.printed())
              .containsExactly(
                  "127.0.0.1:" + peer.getLocalPort() + " 你好\\n",
                  "127.0.0.1:" + peer.getLocalPort() + " "));
      peer.setSoTimeout(100);
      assertThatThrownBy(() -> peer.receive(new DatagramPacket(new byte[10], 10)))
          .isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void theReceiverEndsByItselfAfterTheCountAndHasPrintedThatMany() throws Exception {
    try (FakeConsole console = new FakeConsole();
        RunningServer server =
            Commands.server(new UdpReceiver(), "--count", "3").start(console.lines());
        DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
      for (int i = 1; i <= 5; i++) {
        send(peer, server.port(), Integer.toString(i).getBytes(GBK));
      }
      assertThat(server.awaitTermination(Duration.ofSeconds(10))).isTrue();
      String from = "127.0.0.1:" + peer.getLocalPort() + " ";
      assertThat(console.printed()).containsExactly(from + "1", from + "2", from + "3");
    }
  }

  @Test
  void theAskerSendsUtf8AndPrintsTheReplysBytesAndSender() throws Exception {
    try (FakeConsole console = new FakeConsole();
        DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      CompletableFuture<byte[]> asked = answer(server, new byte[] {'o', 'k', (byte) 0xce});
      UdpAsker asker = Commands.client(new UdpAsker(), server.getLocalPort(), "--message", "在吗");
      assertThat(asker.ask(console.terminal())).isEqualTo(ExitCode.OK);
      assertThat(asked.get()).isEqualTo("在吗".getBytes(UTF_8));
      assertThat(console.printed())
          .containsExactly("127.0.0.1:" + server.getLocalPort() + " 3 bytes: ok\\xce");
    }
  }

  @Test
  void theAskerTakesItsQuestionFromStandardInput() throws Exception {
    try (FakeConsole console = new FakeConsole();
        DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      CompletableFuture<byte[]> asked = answer(server, new byte[0]);
      console.type("typed");
      Commands.client(new UdpAsker(), server.getLocalPort()).ask(console.terminal());
      assertThat(asked.get()).isEqualTo("typed".getBytes(UTF_8));
      assertThat(console.text()).contains(" 0 bytes: ");
    }
  }

  @Test
  void theAskerGivesUpInTime() throws Exception {
    try (FakeConsole console = new FakeConsole();
        DatagramSocket silent = new DatagramSocket(0, LOOPBACK)) {
      UdpAsker asker = Commands.client(
          new UdpAsker(), silent.getLocalPort(), "--message", "x", "--timeout", "100ms");
      assertThatThrownBy(() -> asker.ask(console.terminal()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("within 100 ms")
          .extracting(e -> ((LaunchException) e).exitCode())
          .isEqualTo(ExitCode.TIMED_OUT);
    }
  }

  @Test
  void theAskerSaysThatNothingListensWithoutWaitingForTheTimeout() throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(0, LOOPBACK)) {
      port = free.getLocalPort();
    }
    try (FakeConsole console = new FakeConsole()) {
      UdpAsker asker = Commands.client(new UdpAsker(), port, "--message", "x", "--timeout", "30s");
      assertThatThrownBy(() -> asker.ask(console.terminal()))
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }

  @Test
  void theAskerRefusesWhatNoDatagramCarries() throws Exception {
    try (FakeConsole console = new FakeConsole()) {
      UdpAsker asker = Commands.client(new UdpAsker(), 1, "--message", "x".repeat(65_508));
      assertThatThrownBy(() -> asker.ask(console.terminal()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("65507");
    }
  }

  private static void send(DatagramSocket peer, int port, byte[] bytes) throws Exception {
    peer.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, port));
  }

  private static CompletableFuture<byte[]> answer(DatagramSocket server, byte[] reply) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        DatagramPacket asked = new DatagramPacket(new byte[100], 100);
        server.receive(asked);
        byte[] question = java.util.Arrays.copyOf(asked.getData(), asked.getLength());
        server.send(new DatagramPacket(reply, reply.length, asked.getSocketAddress()));
        return question;
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
  }
}
