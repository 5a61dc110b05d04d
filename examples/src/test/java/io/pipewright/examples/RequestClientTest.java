package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.launch.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class RequestClientTest {

  @Test
  void everySumIsAnsweredRight() throws Exception {
    try (RunningServer server = Commands.server(new CustomProtocol()).start();
        FakeConsole console = new FakeConsole()) {
      RequestClient client =
          Commands.client(new RequestClient(), server.port(), "--count=1000", "--in-flight=50");
      assertThat(client.run(console.terminal())).isEqualTo(ExitCode.OK);
      assertThat(console.text()).startsWith("1000 right, 0 wrong, in ");
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        FakeConsole console = new FakeConsole()) {
      RequestClient client =
          Commands.client(new RequestClient(), mute.getLocalPort(), "--timeout=100ms");
      assertThat(client.run(console.terminal())).isEqualTo(ExitCode.TIMED_OUT);
      assertThat(console.printed())
          .element(1)
          .isEqualTo("no answer from 127.0.0.1:" + mute.getLocalPort() + " within 0.1s");
    }
  }

  @Test
  void aServerThatHangsUpIsToldOfAtOnce() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        FakeConsole console = new FakeConsole()) {
      Thread hangingUp = new Thread(() -> {
        try (Socket accepted = rude.accept()) {
          accepted.getInputStream().read();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      hangingUp.start();
      RequestClient client =
          Commands.client(new RequestClient(), rude.getLocalPort(), "--timeout=20s");
      assertThat(client.run(console.terminal())).isEqualTo(ExitCode.FAILED);
      assertThat(console.text()).contains("the connection to 127.0.0.1:" + rude.getLocalPort());
      hangingUp.join();
    }
  }
}
