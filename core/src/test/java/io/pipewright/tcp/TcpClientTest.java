package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class TcpClientTest {

  private static final Pipeline BYTES =
      Pipeline.builder().framing(Framing.none()).build();

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whatIsWrittenBeforeFinishSendingArrivesBeforeTheEnd(Transport transport) throws Exception {
    byte[] sent = new byte[2 << 20];
    try (ServerSocket listener = listen();
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .port(listener.getLocalPort())
            .pipeline(BYTES)
            .build()) {
      Channel channel = client.connect();
      try (Socket accepted = listener.accept()) {
        accepted.setSoTimeout(10_000);
        channel.write(Unpooled.wrappedBuffer(sent));
        var finished = HalfClose.finishSending(channel);

        assertThat(accepted.getInputStream().readAllBytes()).isEqualTo(sent);
        assertThat(finished.awaitUninterruptibly(5_000)).isTrue();
        assertThat(finished.isSuccess()).isTrue();
        assertThat(channel.isActive()).as("receiving goes on").isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aRefusalNamesHostPortAndCause(Transport transport) throws Exception {
    int free;
    try (ServerSocket listener = listen()) {
      free = listener.getLocalPort();
    }
    try (TcpClient client =
        TcpClient.builder().transport(transport).port(free).pipeline(BYTES).build()) {
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessage(
              "cannot connect to 127.0.0.1:%d: connection refused: nothing listens there", free);
    }
  }

  @Test
  void anUnknownHostIsNamed() {
    try (TcpClient client =
        TcpClient.builder().host("no.such.invalid").port(80).pipeline(BYTES).build()) {
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessage("cannot connect to no.such.invalid:80: unknown host");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAfterTheTimeout() throws Exception {
    List<Socket> fillers = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) { // the backlog takes two; what is beyond waits without an answer
        Socket filler = new Socket();
        fillers.add(filler);
        try {
          filler.connect(new InetSocketAddress("127.0.0.1", full.getLocalPort()), 50);
        } catch (IOException backlogIsFull) {
          break;
        }
      }
      try (TcpClient client = TcpClient.builder()
          .port(full.getLocalPort())
          .connectTimeout(Duration.ofMillis(200))
          .pipeline(BYTES)
          .build()) {
        assertThatThrownBy(client::connect)
            .isInstanceOf(ConnectFailedException.class)
            .hasMessageEndingWith("no answer within 200 ms");
      }
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void closingTheClientClosesItsConnections() throws Exception {
    try (ServerSocket listener = listen()) {
      TcpClient client =
          TcpClient.builder().port(listener.getLocalPort()).pipeline(BYTES).build();
      Channel channel = client.connect();
      try (Socket accepted = listener.accept()) {
        accepted.setSoTimeout(10_000);
        client.close();

        assertThat(channel.isOpen()).isFalse();
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void theServersEndClosesTheConnectionAfterItsLastBytes() throws Exception {
    try (ServerSocket listener = listen();
        TcpClient client =
            TcpClient.builder().port(listener.getLocalPort()).pipeline(BYTES).build()) {
      Channel channel = client.connect();
      try (Socket accepted = listener.accept()) {
        accepted.getOutputStream().write("bye".getBytes(UTF_8));
      }
      assertThat(channel.closeFuture().awaitUninterruptibly(5_000)).isTrue();
    }
  }

  @Test
  void aClientNeedsAPort() {
    assertThatThrownBy(() -> TcpClient.builder().pipeline(BYTES).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("port: name the server's port");
  }
}
