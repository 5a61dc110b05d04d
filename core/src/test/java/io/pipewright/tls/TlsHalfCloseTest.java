package io.pipewright.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.HalfClose;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tls.Certificates.Pair;
import io.pipewright.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The end of one direction under TLS, with either engine, in either version, on every transport. */
@Timeout(60)
class TlsHalfCloseTest {

  private static final byte[] LONG_ANSWER = new byte[3_000_000];

  static {
    new Random(1).nextBytes(LONG_ANSWER);
  }

  @TempDir
  static Path folder;

  private static Certificates certificates;
  private static Pair pair;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = Certificates.in(folder, "test");
    pair = certificates.signed("server", "localhost", "127.0.0.1");
  }

  static Stream<Arguments> enginesAndVersions() {
    return Stream.of(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable())
        .flatMap(transport -> Stream.of(TlsProvider.BORINGSSL, TlsProvider.JDK)
            .flatMap(provider -> TlsProtocols.DEFAULT.stream()
                .map(protocol -> Arguments.of(transport, provider, protocol))));
  }

  private static ServerTls serverTls(TlsProvider provider) {
    return ServerTls.builder()
        .certificate(pair.chain(), pair.key())
        .provider(provider)
        .build();
  }

  private static ClientTls clientTls(TlsProvider provider, String protocol) {
    return ClientTls.builder()
        .trust(folder.resolve("test-ca.pem"))
        .provider(provider)
        .protocols(protocol)
        .build();
  }

  /** Sends back what comes. */
  private static final class Echo extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  /** Answers a while after the peer has finished sending. */
  private static final class LateAnswer extends SimpleChannelInboundHandler<ByteBuf> {

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        ctx.executor()
            .schedule(
                () -> ctx.writeAndFlush(Unpooled.wrappedBuffer(LONG_ANSWER))
                    .addListener(ChannelFutureListener.CLOSE),
                50,
                TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Gathers what comes until the end. */
  private static final class Gather extends SimpleChannelInboundHandler<ByteBuf> {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> end;

    Gather(CompletableFuture<byte[]> end) {
      this.end = end;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
      byte[] some = new byte[message.readableBytes()];
      message.readBytes(some);
      bytes.writeBytes(some);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        end.complete(bytes.toByteArray());
        ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      end.completeExceptionally(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end.completeExceptionally(new AssertionError("closed before the end of input"));
    }
  }

  private static Pipeline bytes(String name, Supplier<ChannelInboundHandlerAdapter> handler) {
    return Pipeline.builder().framing(Framing.none()).handler(name, handler).build();
  }

  /** A difference of megabytes is not to be printed. */
  private static void assertSame(byte[] received) {
    assertThat(received).hasSize(LONG_ANSWER.length);
    assertThat(Arrays.equals(received, LONG_ANSWER)).isTrue();
  }

  private static SSLSocket jdkPeer(Socket plain, String protocol) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {certificates.authority().toTrustManager()}, null);
    SSLSocket peer = (SSLSocket)
        context.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
    peer.setEnabledProtocols(new String[] {protocol});
    peer.setSoTimeout(20_000);
    return peer;
  }

  @ParameterizedTest
  @MethodSource("enginesAndVersions")
  void whatCameInOneReadWithCloseNotifyIsAnswered(
      Transport transport, TlsProvider provider, String protocol) throws Exception {
    try (ServerTls tls = serverTls(provider);
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .tls(tls)
            .pipeline(bytes("echo", Echo::new))
            .start();
        OneWriteRelay relay = new OneWriteRelay(server.port());
        Socket plain = new Socket("127.0.0.1", relay.port());
        SSLSocket peer = jdkPeer(plain, protocol)) {
      peer.startHandshake();
      peer.getOutputStream().write('1'); // by its echo the handshake is over at both ends
      assertThat(peer.getInputStream().read()).isEqualTo('1');
      relay.hold();
      peer.getOutputStream().write("all of it\n".getBytes(UTF_8));
      peer.shutdownOutput();
      relay.releaseWhenQuiet();
      assertThat(new String(peer.getInputStream().readAllBytes(), UTF_8)).isEqualTo("all of it\n");
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndVersions")
  void aLateLongAnswerArrivesWholeAfterThePeersCloseNotify(
      Transport transport, TlsProvider provider, String protocol) throws Exception {
    try (ServerTls tls = serverTls(provider);
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .allowHalfClosure(true)
            .tls(tls)
            .pipeline(bytes("late", LateAnswer::new))
            .start();
        Socket plain = new Socket("127.0.0.1", server.port());
        SSLSocket peer = jdkPeer(plain, protocol)) {
      peer.getOutputStream().write('x');
      peer.shutdownOutput();
      assertSame(peer.getInputStream().readAllBytes());
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndVersions")
  void aClientThatHasFinishedSendingStillReceivesTheWholeAnswer(
      Transport transport, TlsProvider provider, String protocol) throws Exception {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    try (ServerTls tls = serverTls(provider);
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .tls(tls)
            .pipeline(bytes("echo", Echo::new))
            .start();
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .port(server.port())
            .allowHalfClosure(true)
            .tls(clientTls(provider, protocol))
            .pipeline(bytes("gather", () -> new Gather(received)))
            .build()) {
      Channel channel = client.connect();
      assertThat(TlsFacts.of(channel).orElseThrow().protocol()).isEqualTo(protocol);
      channel.write(Unpooled.wrappedBuffer(LONG_ANSWER));
      assertThat(HalfClose.finishSending(channel).await(20_000)).isTrue();

      assertSame(received.get(20, TimeUnit.SECONDS));
      assertThat(TlsFacts.endedInOrder(channel)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndVersions")
  void aStreamThatIsCutOffIsToldFromOneThatEnds(
      Transport transport, TlsProvider provider, String protocol) throws Exception {
    CompletableFuture<Boolean> inOrder = new CompletableFuture<>();
    Pipeline pipeline = bytes("end", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.writeAndFlush(message);
      }

      @Override
      public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
          inOrder.complete(TlsFacts.endedInOrder(ctx.channel()));
        }
      }
    });
    try (ServerTls tls = serverTls(provider);
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .tls(tls)
            .pipeline(pipeline)
            .start();
        Socket plain = new Socket("127.0.0.1", server.port());
        SSLSocket peer = jdkPeer(plain, protocol)) {
      peer.getOutputStream().write('x');
      assertThat(peer.getInputStream().read()).isEqualTo('x');
      plain.shutdownOutput(); // FIN, and no close_notify before it
      assertThat(inOrder.get(10, TimeUnit.SECONDS)).isFalse();
    }
  }
}
