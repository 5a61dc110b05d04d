package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.ConnectFailedException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HeartbeatClientTest {

  @Test
  void sendsHeartbeatsPrintsRepliesAndComesBackWhenTheConnectionIsLost() throws Exception {
    try (FakeConsole console = new FakeConsole();
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(10_000);
      HeartbeatClient client = Commands.client(
          new HeartbeatClient(),
          server.getLocalPort(),
          "--heartbeat=20ms",
          "--first-delay=10ms",
          "--attempts=3");
      CompletableFuture<Throwable> ended = run(client, console);
      for (int connection = 0; connection < 2; connection++) {
        try (Socket accepted = server.accept()) {
          var lines = new BufferedReader(
              new InputStreamReader(accepted.getInputStream(), StandardCharsets.US_ASCII));
          assertThat(lines.readLine()).isEqualTo("heartbeat");
          assertThat(lines.readLine()).isEqualTo("heartbeat");
          accepted.getOutputStream().write("fine\u0007\r\n".getBytes(StandardCharsets.US_ASCII));
          int times = connection + 1;
          await()
              .untilAsserted(
                  () -> assertThat(console.printed().stream().filter("fine\\x07"::equals))
                      .hasSize(times));
        }
      }
      stop(server);
      assertThat(ended.get()).isInstanceOf(ConnectFailedException.class);
      assertThat(console.text()).contains("lost 127.0.0.1:").contains("trying again in ");
    }
  }

  @Test
  void hangsUpOnAServerThatIsDeadWhenToldTo() throws Exception {
    try (FakeConsole console = new FakeConsole();
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(10_000);
      HeartbeatClient client = Commands.client(
          new HeartbeatClient(),
          server.getLocalPort(),
          "--heartbeat=20ms",
          "--dead-after=100ms",
          "--first-delay=10ms",
          "--attempts=2");
      CompletableFuture<Throwable> ended = run(client, console);
      try (Socket mute = server.accept();
          Socket again = server.accept()) {
        assertThat(mute.getInputStream().readAllBytes()).isNotEmpty();
        stop(server);
        stop(again);
      }
      assertThat(ended.get()).isInstanceOf(ConnectFailedException.class);
    }
  }

  @Test
  void givesUpAfterTheAttemptsItWasAllowed() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (FakeConsole console = new FakeConsole()) {
      HeartbeatClient client =
          Commands.client(new HeartbeatClient(), port, "--attempts=3", "--first-delay=1ms");
      assertThatThrownBy(() -> client.run(console.terminal()))
          .isInstanceOf(ConnectFailedException.class);
      assertThat(console.printed().stream().filter(line -> line.startsWith("trying again")))
          .hasSize(2);
    }
  }

  private static void stop(Closeable socket) throws IOException {
    socket.close();
  }

  private static CompletableFuture<Throwable> run(HeartbeatClient client, FakeConsole console) {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      try {
        client.run(console.terminal());
      } catch (InterruptedException | RuntimeException e) {
        ended.complete(e);
      }
    });
    thread.setDaemon(true);
    thread.start();
    return ended;
  }
}
