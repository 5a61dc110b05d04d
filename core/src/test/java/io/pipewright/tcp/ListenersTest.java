package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.BindFailedException;
import io.pipewright.ConnectFailedException;
import io.pipewright.InFlight;
import io.pipewright.address.Endpoint;
import io.pipewright.framing.Framing;
import io.pipewright.log.Addresses;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ListenersTest {

  private static final Pipeline ECHO = Pipeline.builder()
      .framing(Framing.none())
      .handler("echo", EchoHandler::new)
      .build();

  @TempDir
  Path temp;

  private RunningTcpServer listen(Transport transport, Endpoint first, Endpoint... more) {
    return TcpServer.builder()
        .transport(transport)
        .loops(1)
        .listen(first, more)
        .pipeline(ECHO)
        .start();
  }

  private static String echoed(SocketChannel peer, String text) throws IOException {
    peer.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    ByteBuffer reply = ByteBuffer.allocate(text.getBytes(UTF_8).length);
    while (reply.hasRemaining() && peer.read(reply) >= 0) {
      assertThat(reply.position()).isPositive();
    }
    return UTF_8.decode(reply.flip()).toString();
  }

  private static SocketChannel connect(Path path) throws IOException {
    SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX);
    peer.connect(UnixDomainSocketAddress.of(path));
    return peer;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void oneServerListensOnIpv4AndIpv6AndAUnixSocket(Transport transport) throws Exception {
    Path path = temp.resolve("echo.sock");
    try (RunningTcpServer server = listen(
        transport, Endpoint.of("127.0.0.1", 0), Endpoint.of("::1", 0), Endpoint.unix(path))) {
      List<SocketAddress> addresses = server.localAddresses();
      assertThat(addresses).hasSize(3);
      assertThat(server.port()).isEqualTo(((InetSocketAddress) addresses.get(0)).getPort());
      assertThat(Addresses.text(addresses.get(2))).isEqualTo("unix:" + path);

      for (SocketAddress address : addresses.subList(0, 2)) {
        try (SocketChannel peer = SocketChannel.open(address)) {
          assertThat(echoed(peer, "over IP")).isEqualTo("over IP");
        }
      }
      try (SocketChannel peer = connect(path)) {
        assertThat(echoed(peer, "over a file")).isEqualTo("over a file");
        assertThat(server.openConnections())
            .anySatisfy(connection -> assertThat(connection.describe()).contains("unix:" + path));
      }
      await().until(() -> server.connections() == 0);
    }
    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerOfAUnixSocketThatHasFinishedSendingGetsWhatIsOwedAndTheEnd(Transport transport)
      throws Exception {
    Path path = temp.resolve("echo.sock");
    try (RunningTcpServer server = listen(transport, Endpoint.unix(path));
        SocketChannel peer = connect(path)) {
      assertThat(server.port()).isZero();
      peer.write(ByteBuffer.wrap("last words".getBytes(UTF_8)));
      peer.shutdownOutput();

      ByteBuffer reply = ByteBuffer.allocate(64);
      while (peer.read(reply) >= 0) {
        assertThat(reply.hasRemaining()).isTrue();
      }

      assertThat(UTF_8.decode(reply.flip()).toString()).isEqualTo("last words");
    }
  }

  @Test
  void anAnswerThatTakesTimeIsNotLostToAPeerOfAUnixSocketThatHasFinishedSending() throws Exception {
    Path path = temp.resolve("slow.sock");
    Pipeline slow = Pipeline.builder()
        .framing(Framing.none())
        .handler("slow", SlowAnswer::new)
        .build();
    try (RunningTcpServer server =
            TcpServer.builder().listen(Endpoint.unix(path)).pipeline(slow).start();
        SocketChannel peer = connect(path)) {
      assertThat(server.transport()).isNotEqualTo("io_uring");
      peer.write(ByteBuffer.wrap("question".getBytes(UTF_8)));
      peer.shutdownOutput();

      ByteBuffer reply = ByteBuffer.allocate(64);
      while (peer.read(reply) >= 0) {
        assertThat(reply.hasRemaining()).isTrue();
      }

      assertThat(UTF_8.decode(reply.flip()).toString()).isEqualTo("question");
    }
  }

  /** Answers a while later. */
  private static final class SlowAnswer extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      InFlight.begin(ctx.channel());
      ctx.executor()
          .schedule(
              () -> {
                ctx.writeAndFlush(message);
                InFlight.end(ctx.channel());
              },
              200,
              TimeUnit.MILLISECONDS);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientTalksOverAUnixSocket(Transport transport) throws Exception {
    Path path = temp.resolve("echo.sock");
    CompletableFuture<String> reply = new CompletableFuture<>();
    Pipeline asking = Pipeline.builder()
        .framing(Framing.none())
        .text(UTF_8)
        .handler("reply", () -> new Replies(reply))
        .build();
    try (RunningTcpServer server = listen(transport, Endpoint.unix(path));
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .server(Endpoint.unix(path))
            .pipeline(asking)
            .build()) {
      Channel channel = client.connect();
      channel.writeAndFlush("hello");

      assertThat(reply.join()).isEqualTo("hello");
      server.drain(Duration.ofSeconds(5));
      await().until(() -> !channel.isOpen());
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientOfAUnixSocketThatIsNotThereSaysSo(Transport transport) {
    Path nowhere = temp.resolve("nowhere.sock");
    try (TcpClient client = TcpClient.builder()
        .transport(transport)
        .server(Endpoint.unix(nowhere))
        .pipeline(ECHO)
        .build()) {
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessage("cannot connect to unix:%s: there is no such socket", nowhere);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aSocketFileThatAKilledServerLeftBehindIsTakenOver(Transport transport) throws Exception {
    Path path = temp.resolve("echo.sock");
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();

    try (RunningTcpServer server = listen(transport, Endpoint.unix(path));
        SocketChannel peer = connect(path)) {
      assertThat(echoed(peer, "taken over")).isEqualTo("taken over");
      assertThat(server.isReady()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void neitherALivingServersSocketNorAPlainFileIsTouched(Transport transport) throws Exception {
    Path path = temp.resolve("echo.sock");
    Path file = Files.writeString(temp.resolve("precious"), "precious");
    try (RunningTcpServer server = listen(transport, Endpoint.unix(path))) {
      assertThatThrownBy(() -> listen(transport, Endpoint.unix(path)))
          .isInstanceOf(BindFailedException.class)
          .hasMessage(
              "cannot listen on unix:%s: a server listens there already, or the file is no socket",
              path);
      assertThatThrownBy(() -> listen(transport, Endpoint.unix(file)))
          .isInstanceOf(BindFailedException.class)
          .hasMessageContaining("the file is no socket");
      try (SocketChannel peer = connect(path)) {
        assertThat(echoed(peer, "still here")).isEqualTo("still here");
      }
      assertThat(server.isReady()).isTrue();
    }
    assertThat(file).hasContent("precious");
  }

  @Test
  void ifOneAddressIsTakenNoneIsBound() throws Exception {
    Path path = temp.resolve("echo.sock");
    try (RunningTcpServer taken = listen(Transport.AUTO, Endpoint.of("127.0.0.1", 0))) {
      assertThatThrownBy(() ->
              listen(Transport.AUTO, Endpoint.unix(path), Endpoint.of("127.0.0.1", taken.port())))
          .isInstanceOf(BindFailedException.class)
          .extracting(e -> ((BindFailedException) e).address())
          .isEqualTo("127.0.0.1:" + taken.port());
      await().until(() -> !Files.exists(path));
    }
  }

  @Test
  void aDrainClosesEveryListenerAndServesOutWhatIsBusyOnEach() throws Exception {
    Path path = temp.resolve("echo.sock");
    try (RunningTcpServer server =
            listen(Transport.AUTO, Endpoint.of("127.0.0.1", 0), Endpoint.unix(path));
        SocketChannel one = connect(path);
        Socket other = new Socket("127.0.0.1", server.port())) {
      assertThat(echoed(one, "busy")).isEqualTo("busy");
      other.getOutputStream().write("busy".getBytes(UTF_8));
      assertThat(other.getInputStream().readNBytes(4)).hasSize(4);

      assertThat(server.drain(Duration.ofSeconds(10)).finished()).isEqualTo(2);
      assertThatThrownBy(() -> connect(path)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> new Socket("127.0.0.1", server.port()))
          .isInstanceOf(IOException.class);
    }
  }
}
