package io.pipewright.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.CapturedLog;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tls.Certificates.Pair;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.slf4j.event.Level;

/** A server with TLS and its peers, good and bad, on sockets, by either engine. */
@Timeout(60)
class TlsServerTest {

  private static final Pipeline ECHO =
      Pipeline.builder().framing(Framing.none()).handler("echo", Echo::new).build();

  @TempDir
  static Path folder;

  private static Certificates certificates;
  private static Pair pair;

  private static final class Echo extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = Certificates.in(folder, "good");
    pair = certificates.signed("server", "localhost", "127.0.0.1");
  }

  private static ServerTlsBuilder tls(TlsProvider provider) {
    return ServerTls.builder().certificate(pair.chain(), pair.key()).provider(provider);
  }

  private static RunningServer serve(ServerTls tls) {
    return TcpServer.builder().loops(1).tls(tls).pipeline(ECHO).start();
  }

  private static SSLSocket connect(int port, String name, KeyManager... keys) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {certificates.authority().toTrustManager()}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static void echoes(SSLSocket peer) throws IOException {
    peer.getOutputStream().write("hello".getBytes(UTF_8));
    assertThat(peer.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(UTF_8));
  }

  private static void serves(RunningServer server) throws Exception {
    try (SSLSocket peer = connect(server.port(), "localhost")) {
      echoes(peer);
    }
  }

  /** Sends bytes and reads until the server closes or resets. */
  private static byte[] answered(int port, byte[] bytes) throws IOException {
    try (Socket peer = new Socket("127.0.0.1", port)) {
      peer.setSoTimeout(20_000);
      peer.getOutputStream().write(bytes);
      try {
        return peer.getInputStream().readAllBytes();
      } catch (IOException reset) {
        return new byte[0];
      }
    }
  }

  private static void counted(ServerTls tls, TlsFailure failure, long times) {
    await().untilAsserted(() -> assertThat(tls.handshakeFailures()).containsEntry(failure, times));
    assertThat(
            tls.handshakeFailures().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(times);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void peersThatDoNotSpeakTlsAreToldAndCounted(TlsProvider provider) throws Exception {
    try (CapturedLog log = CapturedLog.of(TcpServer.class.getName(), Level.INFO);
        ServerTls tls = tls(provider).build();
        RunningServer server = serve(tls)) {
      answered(server.port(), "hello, is anybody there?\n".getBytes(UTF_8));
      answered(server.port(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      answered(server.port(), new byte[] {-1, -2, -3, -4, -5, -6, -7, -8, -9});

      counted(tls, TlsFailure.PLAINTEXT, 3);
      assertThat(log.lines())
          .hasSize(3)
          .allSatisfy(line -> assertThat(line)
              .startsWith("127.0.0.1:")
              .endsWith(": TLS handshake failed: the client does not speak TLS here"));
      serves(server);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aClientThatIsTooOldIsToldSoByAnAlert(TlsProvider provider) throws Exception {
    try (ServerTls tls = tls(provider).build();
        RunningServer server = serve(tls)) {
      byte[] answer = answered(server.port(), Hello.ofTls11());

      assertThat(answer).hasSize(7).startsWith(21, 3).endsWith(2, 70); // fatal, protocol_version
      counted(tls, TlsFailure.NO_COMMON_PROTOCOL, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aRecordThatIsTooLongEndsTheHandshake(TlsProvider provider) throws Exception {
    byte[] record = new byte[5 + 0xffff];
    System.arraycopy(new byte[] {22, 3, 1, -1, -1, 1, 0, 2, 0, 3, 3}, 0, record, 0, 11);
    try (ServerTls tls = tls(provider).build();
        RunningServer server = serve(tls)) {
      answered(server.port(), record);

      counted(tls, TlsFailure.MALFORMED, 1);
      serves(server);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void whoStallsIsEndedAfterTheTimeoutAndOthersAreServed(TlsProvider provider) throws Exception {
    List<Socket> stalled = new ArrayList<>();
    byte[] hello = Hello.ofJdk();
    try (ServerTls tls = tls(provider).handshakeTimeout(Duration.ofSeconds(1)).build();
        RunningServer server = serve(tls)) {
      for (int i = 0; i < 60; i++) {
        Socket peer = new Socket("127.0.0.1", server.port());
        stalled.add(peer);
        peer.getOutputStream()
            .write(hello, 0, (i * 7) % hello.length); // some of it; the first says nothing
      }
      serves(server);
      for (Socket peer : stalled) {
        peer.setSoTimeout(20_000);
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
      }
      counted(tls, TlsFailure.TIMEOUT, stalled.size());
      assertThat(server.connections()).isZero();
    } finally {
      for (Socket peer : stalled) {
        peer.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void drippingIsNoWayToStay(TlsProvider provider) throws Exception {
    byte[] hello = Hello.ofJdk();
    AtomicInteger sent = new AtomicInteger();
    try (ServerTls tls = tls(provider).handshakeTimeout(Duration.ofMillis(700)).build();
        RunningServer server = serve(tls);
        Socket peer = new Socket("127.0.0.1", server.port())) {
      await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(() -> {
        if (sent.get() < hello.length - 1) {
          peer.getOutputStream().write(hello[sent.getAndIncrement()]);
        }
        return tls.handshakeFailures().get(TlsFailure.TIMEOUT) == 1;
      });
      assertThat(sent.get()).isPositive();
    } catch (IOException reset) {
      assertThat(sent.get()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void aHelloWithARecordForEachByteIsUnderstood(TlsProvider provider) throws Exception {
    try (ServerTls tls = tls(provider).build();
        RunningServer server = serve(tls);
        Socket peer = new Socket("127.0.0.1", server.port())) {
      peer.setSoTimeout(10_000);
      peer.setTcpNoDelay(true);
      for (byte one : Hello.byteByByte(Hello.ofJdk())) {
        peer.getOutputStream().write(one); // and a segment, too
      }
      byte[] header = peer.getInputStream().readNBytes(6);
      assertThat(header[0]).as("a handshake record").isEqualTo((byte) 22);
      assertThat(header[5]).as("ServerHello").isEqualTo((byte) 2);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void whoGoesInTheMiddleIsCounted(TlsProvider provider) throws Exception {
    byte[] hello = Hello.ofJdk();
    try (CapturedLog log = CapturedLog.of(TcpServer.class.getName(), Level.INFO);
        ServerTls tls = tls(provider).build();
        RunningServer server = serve(tls)) {
      new Socket("127.0.0.1", server.port()).close(); // looks whether somebody listens: no line
      try (Socket peer = new Socket("127.0.0.1", server.port())) {
        peer.getOutputStream().write(hello, 0, hello.length / 2);
      }
      try (Socket peer = new Socket("127.0.0.1", server.port())) {
        peer.getOutputStream().write(hello);
        peer.getInputStream().readNBytes(6);
        peer.setSoLinger(true, 0);
      }
      counted(tls, TlsFailure.CLOSED, 3);
      await().until(() -> server.connections() == 0);
      assertThat(log.lines())
          .hasSize(2)
          .allSatisfy(line ->
              assertThat(line).endsWith("the client closed the connection in the middle of it"));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void clientsShowTheirCertificates(TlsProvider provider) throws Exception {
    Certificates other = Certificates.in(folder, "other");
    KeyManager[] known = certificates
        .bundle(builder -> builder.ecp256(), "known")
        .toKeyManagerFactory()
        .getKeyManagers();
    KeyManager[] unknown = other
        .bundle(builder -> builder.ecp256(), "unknown")
        .toKeyManagerFactory()
        .getKeyManagers();
    try (ServerTls tls = tls(provider)
            .trust(folder.resolve("good-ca.pem"))
            .clientAuth(ClientAuth.REQUIRED)
            .build();
        RunningServer server = serve(tls)) {
      try (SSLSocket peer = connect(server.port(), "localhost", known)) {
        echoes(peer);
      }
      refused(server, new KeyManager[0]);
      refused(server, unknown); // Java's client sends none that the server has not asked for
      counted(tls, TlsFailure.CERTIFICATE_REQUIRED, 2);
    }
  }

  private static void refused(RunningServer server, KeyManager[] keys) throws Exception {
    try (SSLSocket peer = connect(server.port(), "localhost", keys)) {
      peer.getOutputStream().write('x');
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    } catch (IOException alert) {
      assertThat(alert).isNotNull();
    }
  }

  private static String nameServed(int port, String asked) throws Exception {
    try (SSLSocket peer = connect(port, asked)) {
      peer.startHandshake();
      X509Certificate shown = (X509Certificate) peer.getSession().getPeerCertificates()[0];
      return CertificateNames.of(shown).get(0);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void theNameThatIsAskedForChoosesTheCertificate(TlsProvider provider) throws Exception {
    Pair first = certificates.signed("first", "first.example");
    Pair wild = certificates.signed(
        "wild", builder -> builder.subject("CN=*.wild.example").rsa2048());
    Pair third = certificates.signed("third", "third.example");
    try (ServerTls tls = ServerTls.builder()
            .provider(provider)
            .certificate(first.chain(), first.key())
            .certificate(wild.chain(), wild.key())
            .certificate(third.chain(), third.key())
            .build();
        RunningServer server = serve(tls)) {
      int port = server.port();
      assertThat(nameServed(port, "third.example")).isEqualTo("third.example");
      assertThat(nameServed(port, "THIRD.Example")).isEqualTo("third.example");
      assertThat(nameServed(port, "a.wild.example")).isEqualTo("*.wild.example");
      assertThat(nameServed(port, "wild.example")).isEqualTo("first.example");
      assertThat(nameServed(port, "b.a.wild.example")).isEqualTo("first.example");
      assertThat(nameServed(port, "nobody.example")).isEqualTo("first.example");
      assertThat(nameServed(port, null)).isEqualTo("first.example");
      assertThat(tls.certificates().stream().map(one -> one.names().get(0)))
          .containsExactly("first.example", "*.wild.example", "third.example");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void changedFilesServeNewConnectionsAndOldOnesGoOn(TlsProvider provider) throws Exception {
    Pair used = certificates.signed("used", "old.example");
    try (CapturedLog log = CapturedLog.of(ServerTls.class.getName(), Level.INFO);
        ServerTls tls = ServerTls.builder()
            .provider(provider)
            .certificate(used.chain(), used.key())
            .reloadEvery(Duration.ofMillis(20))
            .build();
        RunningServer server = serve(tls);
        SSLSocket before = connect(server.port(), null)) {
      echoes(before);
      Files.writeString(used.chain(), "rubbish");
      await()
          .untilAsserted(() -> assertThat(log.lines())
              .anySatisfy(line -> assertThat(line)
                  .startsWith("not reloaded, the old certificate stays: certificate: ")
                  .contains("has no certificate in it")));
      assertThat(nameServed(server.port(), null)).isEqualTo("old.example");

      Pair fresh = certificates.signed("fresh", "new.example");
      Files.move(fresh.key(), used.key(), StandardCopyOption.REPLACE_EXISTING);
      Files.move(fresh.chain(), used.chain(), StandardCopyOption.REPLACE_EXISTING);
      await()
          .untilAsserted(
              () -> assertThat(nameServed(server.port(), null)).isEqualTo("new.example"));
      echoes(before);
      assertThat(log.lines())
          .anySatisfy(line -> assertThat(line)
              .startsWith("certificates reloaded: TLS 1.2 and 1.3 by ")
              .contains("new.example"));
    }
  }

  @Test
  void reloadingUnderLoadFailsNobody() throws Exception {
    try (ServerTls tls = tls(TlsProvider.AUTO).reloadEvery(Duration.ZERO).build();
        RunningServer server = serve(tls)) {
      AtomicInteger served = new AtomicInteger();
      List<Thread> threads = Stream.generate(() -> new Thread(() -> {
            try {
              for (int i = 0; i < 25; i++) {
                serves(server);
                served.incrementAndGet();
              }
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }))
          .limit(4)
          .toList();
      threads.forEach(Thread::start);
      while (threads.stream().anyMatch(Thread::isAlive)) {
        tls.reload();
      }
      assertThat(served).hasValue(100);
    }
  }
}
