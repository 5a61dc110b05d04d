package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.pipewright.ServerStats;
import io.pipewright.framing.Framing;
import io.pipewright.kernel.TcpState;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server tells of itself and of its connections. */
@Timeout(30)
class LiveConnectionTest {

  private static final Pipeline LINES = Pipeline.builder()
      .framing(Framing.lines().maxLength(100))
      .handler("echo", EchoHandler::new)
      .build();

  private static RunningTcpServer start(Transport transport) {
    return TcpServer.builder().transport(transport).loops(1).pipeline(LINES).start();
  }

  private static Socket exchange(RunningTcpServer server, String lines) throws Exception {
    Socket peer = new Socket("127.0.0.1", server.port());
    peer.setSoTimeout(10_000);
    peer.getOutputStream().write(lines.getBytes(UTF_8));
    assertThat(peer.getInputStream().readNBytes(lines.length())).hasSize(lines.length());
    return peer;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void bytesAndMessagesAreCountedWhileAConnectionIsOpenAndWhenItHasEnded(Transport transport)
      throws Exception {
    try (RunningTcpServer server = start(transport)) {
      try (Socket peer = exchange(server, "one\ntwo\nthree\n")) {
        assertThat(peer.isConnected()).isTrue();
        ServerStats open = server.stats();
        assertThat(open).isEqualTo(new ServerStats(1, 1, Map.of(), 14, 14, 3, 3, Map.of()));
      }
      await().until(() -> server.connections() == 0);
      ServerStats ended = server.stats();
      assertThat(ended).isEqualTo(new ServerStats(0, 1, Map.of(), 14, 14, 3, 3, Map.of()));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void errorsAreCountedByKind(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket tooLong = new Socket("127.0.0.1", server.port());
        Socket halfLine = new Socket("127.0.0.1", server.port())) {
      tooLong.getOutputStream().write("x".repeat(200).getBytes(UTF_8));
      halfLine.getOutputStream().write("half".getBytes(UTF_8));
      halfLine.shutdownOutput();

      await().until(() -> server.connections() == 0);

      assertThat(server.stats().errors())
          .containsExactlyInAnyOrderEntriesOf(Map.of("frame-too-long", 1L, "truncated-frame", 1L));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theRefusedAreCountedByReason(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket first = exchange(server, "hello\n")) {
      assertThat(first.isConnected()).isTrue();
      server.admission().change(policy -> policy.maxConnections(1));

      try (Socket second = new Socket("127.0.0.1", server.port())) {
        assertThat(second.isConnected()).isTrue();
        await().until(() -> server.stats().refused().equals(Map.of("too-many", 1L)));
      }
      assertThat(server.stats().accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aLiveConnectionDescribesItself(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket peer = exchange(server, "hello\n")) {
      LiveConnection connection = server.openConnections().get(0);

      assertThat(connection.remoteAddress()).isEqualTo(peer.getLocalSocketAddress());
      assertThat(connection.describe().lines())
          .anySatisfy(line -> assertThat(line)
              .isEqualTo("connection %s: 127.0.0.1:%d ◄► 127.0.0.1:%d"
                  .formatted(connection.id(), server.port(), peer.getLocalPort())))
          .anySatisfy(line -> assertThat(line).endsWith("6 bytes, 1 messages"))
          .anySatisfy(line -> assertThat(line).contains("frame-decoder", "LineDecoder"))
          .anySatisfy(line -> assertThat(line).contains("reading, writable"));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theKernelsFactsAreToldWhereTheTransportHasThem(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket peer = exchange(server, "hello\n")) {
      assertThat(peer.isConnected()).isTrue();
      LiveConnection connection = server.openConnections().get(0);
      if (transport == Transport.NIO) {
        assertThat(connection.tcpInfo()).isEmpty();
        return;
      }
      await().until(() -> connection.tcpInfo().orElseThrow().bytesAcked() == 6);
      assertThat(connection.tcpInfo().orElseThrow()).satisfies(tcp -> {
        assertThat(tcp.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(tcp.bytesReceived()).isEqualTo(6);
        assertThat(tcp.isUnacked()).isFalse();
        assertThat(tcp.roundTrip()).isPositive();
      });
      assertThat(connection.describe()).contains("ESTABLISHED", "6 bytes acknowledged");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theStatesOfThePortsSocketsComeFromTheKernel(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket peer = exchange(server, "hello\n")) {
      assertThat(peer.isConnected()).isTrue();
      assertThat(server.kernelStates())
          .containsEntry(TcpState.LISTEN, 1)
          .containsEntry(TcpState.ESTABLISHED, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientsConnectionIsALiveOneToo(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .port(server.port())
            .pipeline(LINES)
            .build()) {
      Channel channel = client.connect();

      LiveConnection connection = LiveConnection.of(channel).orElseThrow();

      assertThat(connection.channel()).isSameAs(channel);
      assertThat(connection.remoteAddress()).isEqualTo(server.localAddress());
      channel.close().sync();
      await().until(() -> LiveConnection.of(channel).isEmpty());
    }
  }
}
