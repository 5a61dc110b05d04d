package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.address.Cidr;
import io.pipewright.address.Endpoint;
import io.pipewright.admission.Admission;
import io.pipewright.admission.Refusal;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.proxy.Headers;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.proxy.ProxyProtocol.Mode;
import io.pipewright.proxy.ProxyRefusal;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TcpProxyTest {

  /** Says at once whom it serves, and then echoes. */
  private static final Pipeline WHO = Pipeline.builder()
      .framing(Framing.none())
      .handler("who", () -> new ChannelInboundHandlerAdapter() {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
          ctx.writeAndFlush(
              Unpooled.copiedBuffer(ctx.channel().remoteAddress().toString() + "\n", US_ASCII));
          ctx.fireChannelActive();
        }
      })
      .handler("echo", EchoHandler::new)
      .build();

  private static final String LINE = "PROXY TCP4 203.0.113.%d 192.0.2.1 56324 443\r\n";

  private static final InetAddress CLIENT = new InetSocketAddress("203.0.113.7", 0).getAddress();

  private static ProxyProtocol proxies(Mode mode) {
    return ProxyProtocol.builder()
        .mode(mode)
        .trust(Cidr.parse("127.0.0.1"))
        .headerTimeout(Duration.ofSeconds(30))
        .build();
  }

  private static Socket connect(RunningServer server, byte[]... first) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(10_000);
    try {
      for (byte[] bytes : first) {
        socket.getOutputStream().write(bytes);
      }
    } catch (SocketException resetAlready) {
      // reading says the same
    }
    return socket;
  }

  private static byte[] line(int client) {
    return LINE.formatted(client).getBytes(US_ASCII);
  }

  private static String greeting(Socket socket) {
    try {
      StringBuilder line = new StringBuilder();
      int read = socket.getInputStream().read();
      while (read >= 0 && read != '\n') {
        line.append((char) read);
        read = socket.getInputStream().read();
      }
      return line.toString();
    } catch (IOException reset) {
      return "";
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void everyHandlerSeesTheClientsAddress(Transport transport) throws Exception {
    for (byte[] header : List.of(line(7), Headers.v2Ipv4())) {
      try (RunningTcpServer server = TcpServer.builder()
              .transport(transport)
              .proxyProtocol(proxies(Mode.REQUIRED))
              .pipeline(WHO)
              .start();
          Socket socket = connect(server, header, "hello".getBytes(US_ASCII))) {
        assertThat(greeting(socket)).isEqualTo("/203.0.113.7:56324");
        assertThat(socket.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("hello");
        assertThat(server.connections()).isEqualTo(1);
        assertThat(server.drain(Duration.ZERO).endings())
            .singleElement()
            .satisfies(ending ->
                assertThat(ending.peer()).isEqualTo(new InetSocketAddress("203.0.113.7", 56_324)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aMissingAForgedAndATruncatedHeaderEndTheirOwnConnectionOnly(Transport transport)
      throws Exception {
    ProxyProtocol proxies = proxies(Mode.REQUIRED);
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .proxyProtocol(proxies)
            .pipeline(WHO)
            .start();
        Socket good = connect(server, line(7))) {
      try (Socket none = connect(server, "GET / HTTP/1.1\r\n".getBytes(US_ASCII));
          Socket forged = connect(server, "PROXY TCP4 x y 1 2\r\n".getBytes(US_ASCII));
          Socket truncated = connect(server, "PROXY TCP4 1.".getBytes(US_ASCII))) {
        truncated.shutdownOutput();
        assertThat(greeting(none)).isEmpty();
        assertThat(greeting(forged)).isEmpty();
        assertThat(greeting(truncated)).isEmpty();
      }
      assertThat(proxies.refused())
          .containsEntry(ProxyRefusal.MALFORMED, 2L)
          .containsEntry(ProxyRefusal.TRUNCATED, 1L);
      assertThat(greeting(good)).isEqualTo("/203.0.113.7:56324");
      await().until(() -> server.connections() == 1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void optionalServesBothAndOwesAnAnswerAfterAHalfClose(Transport transport) throws Exception {
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .proxyProtocol(proxies(Mode.OPTIONAL))
            .pipeline(WHO)
            .start();
        Socket proxied = connect(server, line(7));
        Socket plain = connect(server, "PR".getBytes(US_ASCII))) {
      assertThat(greeting(proxied)).isEqualTo("/203.0.113.7:56324");
      plain.shutdownOutput();
      assertThat(greeting(plain)).startsWith("/127.0.0.1:");
      assertThat(plain.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("PR");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void admissionCountsTheClientAndNotTheProxy(Transport transport) throws Exception {
    Admission admission = Admission.builder()
        .maxPerAddress(2)
        .maxConnections(5)
        .deny(Cidr.parse("203.0.113.66"), Cidr.parse("127.0.0.1"))
        .build();
    List<Socket> open = new ArrayList<>();
    try (RunningServer server = TcpServer.builder()
        .transport(transport)
        .admission(admission)
        .proxyProtocol(proxies(Mode.REQUIRED))
        .pipeline(WHO)
        .start()) {
      for (int client : new int[] {1, 1, 2, 2}) {
        Socket socket = connect(server, line(client));
        open.add(socket);
        assertThat(greeting(socket)).startsWith("/203.0.113." + client);
      }
      try (Socket third = connect(server, line(1))) {
        assertThat(greeting(third)).isEmpty();
      }
      await().until(() -> admission.open() == 4); // its place is free again
      try (Socket denied = connect(server, line(66))) {
        assertThat(greeting(denied)).isEmpty();
      }
      await().until(() -> admission.open() == 4);
      try (Socket check = connect(server, Headers.local())) {
        assertThat(greeting(check)).as("the proxy's own check").startsWith("/127.0.0.1");
        await().until(() -> admission.open() == 5);
        try (Socket sixth = connect(server, line(3))) {
          assertThat(greeting(sixth)).isEmpty();
        }
      }
      assertThat(admission.refused())
          .containsEntry(Refusal.TOO_MANY_FROM_ADDRESS, 1L)
          .containsEntry(Refusal.DENIED, 1L)
          .containsEntry(Refusal.TOO_MANY, 1L);
      assertThat(admission.openFrom(new InetSocketAddress("203.0.113.1", 1).getAddress()))
          .isEqualTo(2);
      for (Socket socket : open) {
        socket.close();
      }
      await().until(() -> admission.open() == 0);
      assertThat(admission.openFrom(new InetSocketAddress("203.0.113.1", 1).getAddress()))
          .isZero();
    }
  }

  @Test
  void whoSendsNoHeaderThoughTrustedIsJudgedByItsOwnAddress() throws Exception {
    Admission admission = Admission.builder().deny(Cidr.parse("127.0.0.1")).build();
    try (RunningServer server = TcpServer.builder()
            .admission(admission)
            .proxyProtocol(proxies(Mode.OPTIONAL))
            .pipeline(WHO)
            .start();
        Socket plain = connect(server, "x".getBytes(US_ASCII))) {
      assertThat(greeting(plain)).isEmpty();
      assertThat(admission.refused()).containsEntry(Refusal.DENIED, 1L);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientSaysForWhomItSpeaks(Transport transport) throws Exception {
    for (int version : new int[] {1, 2}) {
      CompletableFuture<String> greeted = new CompletableFuture<>();
      Pipeline listener = Pipeline.builder()
          .framing(Framing.lines())
          .text(US_ASCII)
          .handler("listen", () -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object line) {
              greeted.complete((String) line);
            }
          })
          .build();
      try (RunningServer server = TcpServer.builder()
              .transport(transport)
              .proxyProtocol(proxies(Mode.REQUIRED))
              .pipeline(WHO)
              .start();
          TcpClient client = TcpClient.builder()
              .port(server.port())
              .transport(transport)
              .proxyProtocol(
                  ProxyProtocol.writing(version).source(new InetSocketAddress("2001:db8::7", 5)))
              .pipeline(listener)
              .build()) {
        Channel channel = client.connect();
        assertThat(greeted.get()).isEqualTo("/[2001:db8:0:0:0:0:0:7]:5");
        channel.close();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void behindAUnixSocketTheClientIsKnownAndJudged(Transport transport, @TempDir Path folder)
      throws Exception {
    Admission admission = Admission.builder().deny(Cidr.parse("203.0.113.66")).build();
    Path file = folder.resolve("echo");
    try (RunningTcpServer server = TcpServer.builder()
        .transport(transport)
        .listen(Endpoint.unix(file))
        .admission(admission)
        .proxyProtocol(ProxyProtocol.builder().trustUnix(true).build())
        .pipeline(WHO)
        .start()) {
      try (SocketChannel denied = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
        denied.write(ByteBuffer.wrap(line(66)));
        await().until(() -> admission.refused().get(Refusal.DENIED) == 1);
      }
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
        client.write(ByteBuffer.wrap(line(7)));
        await().until(() -> server.connections() == 1 && admission.openFrom(CLIENT) == 1);
        assertThat(server.drain(Duration.ZERO).endings())
            .singleElement()
            .satisfies(ending ->
                assertThat(ending.peer()).isEqualTo(new InetSocketAddress(CLIENT, 56_324)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void nobodyHearsOfAPeerThatIsResetBeforeItsHeader(Transport transport) throws Exception {
    ProxyProtocol proxies = proxies(Mode.REQUIRED);
    List<String> heard = new CopyOnWriteArrayList<>();
    Pipeline listening = Pipeline.builder()
        .framing(Framing.none())
        .handler("listening", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            heard.add(cause.toString());
          }
        })
        .build();
    try (RunningServer server = TcpServer.builder()
        .transport(transport)
        .proxyProtocol(proxies)
        .pipeline(listening)
        .start()) {
      for (int i = 0; i < 20; i++) {
        try (RawPeer peer = RawPeer.connect(server.port()).send("PROXY T")) {
          long before = 7L * i;
          await().until(() -> server.stats().bytesRead() == before + 7);
          peer.reset();
        }
      }
      await().until(() -> server.connections() == 0);

      assertThat(proxies.refused()).containsEntry(ProxyRefusal.TRUNCATED, 20L);
      assertThat(heard).isEmpty();
    }
  }
}
