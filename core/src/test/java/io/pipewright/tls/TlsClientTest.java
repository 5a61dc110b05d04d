package io.pipewright.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.ConnectFailedException;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tls.Certificates.Pair;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a client finds out about its server, by either engine: the connect future says it. */
@Timeout(60)
class TlsClientTest {

  private static final Pipeline NOTHING =
      Pipeline.builder().framing(Framing.none()).build();

  @TempDir
  static Path folder;

  private static Certificates certificates;
  private static Pair local;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = Certificates.in(folder, "good");
    local = certificates.signed("local", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
    Certificates.in(folder, "other");
  }

  private static ServerTlsBuilder serverTls(TlsProvider provider, Pair pair) {
    return ServerTls.builder().provider(provider).certificate(pair.chain(), pair.key());
  }

  private static ClientTlsBuilder clientTls(TlsProvider provider) {
    return ClientTls.builder().provider(provider).trust(folder.resolve("good-ca.pem"));
  }

  private static RunningServer serve(ServerTls tls) {
    return TcpServer.builder().loops(1).tls(tls).pipeline(NOTHING).start();
  }

  private static TcpClient client(String host, int port, ClientTls tls) {
    return TcpClient.builder().host(host).port(port).tls(tls).pipeline(NOTHING).build();
  }

  private static TlsFailure failure(String host, int port, ClientTls tls) {
    try (TcpClient client = client(host, port, tls)) {
      ConnectFailedException failed =
          catchThrowableOfType(ConnectFailedException.class, client::connect);
      assertThat(failed)
          .hasMessageStartingWith(
              "cannot connect to " + host + ":" + port + ": TLS handshake failed: the server");
      return ((TlsHandshakeException) failed.getCause()).failure();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void bothEndsKnowWhatTheyHaveAgreedOn(TlsProvider provider) throws Exception {
    Pair own = certificates.signed("client", "client.example");
    CompletableFuture<TlsFacts> atServer = new CompletableFuture<>();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("facts", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            TlsFacts.handshake(ctx.channel())
                .thenAccept(ready -> atServer.complete(TlsFacts.of(ready).orElseThrow()));
          }
        })
        .build();
    try (ServerTls tls = serverTls(provider, local)
            .trust(folder.resolve("good-ca.pem"))
            .clientAuth(ClientAuth.OPTIONAL)
            .alpn(List.of("b", "a"))
            .build();
        RunningServer server = TcpServer.builder().tls(tls).pipeline(pipeline).start();
        TcpClient client = client(
            "localhost",
            server.port(),
            clientTls(provider)
                .certificate(own.chain(), own.key())
                .alpn(List.of("a", "c"))
                .serverName("localhost")
                .build())) {
      Channel channel = client.connect();
      TlsFacts facts = TlsFacts.of(channel).orElseThrow();
      TlsFacts theirs = atServer.get(10, TimeUnit.SECONDS);

      assertThat(facts.protocol()).isEqualTo("TLSv1.3").isEqualTo(theirs.protocol());
      assertThat(facts.cipher()).startsWith("TLS_").isEqualTo(theirs.cipher());
      assertThat(facts.applicationProtocol()).hasValue("a");
      assertThat(theirs.applicationProtocol()).hasValue("a");
      assertThat(theirs.serverName()).hasValue("localhost");
      assertThat(CertificateNames.of(facts.peerCertificates().get(0))).contains("localhost");
      assertThat(CertificateNames.of(theirs.peerCertificates().get(0)))
          .containsExactly("client.example");
      channel.close().await();
      assertThat(TlsFacts.of(channel)).as("also when it is over").hasValue(facts);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void namesAndAddressesAreVerified(TlsProvider provider) throws Exception {
    Pair other = certificates.signed("elsewhere", "elsewhere.example");
    try (ServerTls here = serverTls(provider, local).build();
        ServerTls there = serverTls(provider, other).build();
        RunningServer right = serve(here);
        RunningServer wrong = serve(there)) {
      for (String host : List.of("localhost", "LocalHost", "127.0.0.1")) {
        try (TcpClient client = client(host, right.port(), clientTls(provider).build())) {
          assertThat(client.connect().isActive()).isTrue();
        }
        assertThat(failure(host, wrong.port(), clientTls(provider).build()))
            .isEqualTo(TlsFailure.WRONG_HOST);
      }
      ClientTls meant = clientTls(provider).serverName("Elsewhere.example.").build();
      try (TcpClient client = client("127.0.0.1", wrong.port(), meant)) {
        assertThat(TlsFacts.of(client.connect()).orElseThrow().serverName())
            .isEqualTo(Optional.of("elsewhere.example"));
      }
      ClientTls lax = clientTls(provider).verifyHostName(false).build();
      try (TcpClient client = client("127.0.0.1", wrong.port(), lax)) {
        assertThat(client.connect().isActive()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void certificatesThatWillNotDoFailTheConnect(TlsProvider provider) throws Exception {
    Pair expired = certificates.expired("expired", "localhost");
    try (ServerTls late = serverTls(provider, expired).build();
        ServerTls good = serverTls(provider, local).build();
        RunningServer expiredServer = serve(late);
        RunningServer goodServer = serve(good)) {
      assertThat(failure("localhost", expiredServer.port(), clientTls(provider).build()))
          .isEqualTo(TlsFailure.EXPIRED);
      ClientTls others = ClientTls.builder()
          .provider(provider)
          .trust(folder.resolve("other-ca.pem"))
          .build();
      assertThat(failure("localhost", goodServer.port(), others)).isEqualTo(TlsFailure.UNKNOWN_CA);
      ClientTls jdks = ClientTls.builder().provider(provider).build();
      assertThat(failure("localhost", goodServer.port(), jdks)).isEqualTo(TlsFailure.UNKNOWN_CA);
      ClientTls anybody = ClientTls.builder().provider(provider).trustAnybody().build();
      try (TcpClient client = client("localhost", expiredServer.port(), anybody)) {
        assertThat(client.connect().isActive()).isTrue();
      }
      assertThat(late.timeToExpiry(Clock.systemUTC())).isNegative();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void endsThatHaveNothingInCommonSaySo(TlsProvider provider) throws Exception {
    try (ServerTls tls = serverTls(provider, local).protocols("TLSv1.2").build();
        RunningServer server = serve(tls);
        TcpClient client = client(
            "localhost", server.port(), clientTls(provider).protocols("TLSv1.3").build())) {
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageEndingWith("speaks no version of TLS that is allowed here")
          .cause()
          .extracting(cause -> ((TlsHandshakeException) cause).failure())
          .isEqualTo(TlsFailure.NO_COMMON_PROTOCOL);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aServerThatDoesNotSpeakTlsIsNotConnectedTo(TlsProvider provider) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      int port = listener.getLocalPort();
      CompletableFuture<TlsFailure> plain = CompletableFuture.supplyAsync(
          () -> failure("127.0.0.1", port, clientTls(provider).build()));
      try (Socket accepted = listener.accept()) {
        accepted.getOutputStream().write("220 welcome to the mail\r\n".getBytes(UTF_8));
        assertThat(plain.get(10, TimeUnit.SECONDS)).isEqualTo(TlsFailure.PLAINTEXT);
      }
      CompletableFuture<TlsFailure> closed = CompletableFuture.supplyAsync(
          () -> failure("127.0.0.1", port, clientTls(provider).build()));
      listener.accept().close();
      assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(TlsFailure.CLOSED);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aServerThatSaysNothingIsGivenUp(TlsProvider provider) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TcpClient client = client(
            "127.0.0.1",
            listener.getLocalPort(),
            clientTls(provider).handshakeTimeout(Duration.ofMillis(200)).build())) {
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageEndingWith("TLS handshake failed: it was not done in time");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aClientThatIsNotTrustedIsToldSo(TlsProvider provider) throws Exception {
    Pair strange = Certificates.in(folder, "stranger").signed("strange", "strange.example");
    try (ServerTls tls = serverTls(provider, local)
            .trust(folder.resolve("good-ca.pem"))
            .clientAuth(ClientAuth.OPTIONAL)
            .build();
        RunningServer server = serve(tls)) {
      ClientTlsBuilder stranger = clientTls(provider).certificate(strange.chain(), strange.key());
      assertThat(
              failure("localhost", server.port(), stranger.protocols("TLSv1.2").build()))
          .isEqualTo(TlsFailure.REFUSED_BY_PEER);
      CompletableFuture<Throwable> refused = new CompletableFuture<>();
      Pipeline pipeline = Pipeline.builder()
          .framing(Framing.none())
          .handler("refused", () -> new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
              refused.complete(cause);
            }
          })
          .build();
      try (TcpClient client = TcpClient.builder()
          .host("localhost")
          .port(server.port())
          .tls(stranger.protocols("TLSv1.3").build())
          .pipeline(pipeline)
          .build()) {
        client.connect(); // in TLS 1.3 it is told only when the client has done its part
        assertThat(refused.get(10, TimeUnit.SECONDS))
            .isInstanceOfSatisfying(
                TlsHandshakeException.class,
                told -> assertThat(told.failure()).isEqualTo(TlsFailure.REFUSED_BY_PEER));
      }
      assertThat(tls.handshakeFailures()).containsEntry(TlsFailure.UNKNOWN_CA, 2L);
    }
  }
}
