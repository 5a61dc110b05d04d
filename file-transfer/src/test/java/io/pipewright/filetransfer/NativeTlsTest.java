package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.NativePeer.field;
import static io.pipewright.filetransfer.NativePeer.get;
import static io.pipewright.filetransfer.NativePeer.hello;
import static io.pipewright.filetransfer.NativePeer.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.tls.ServerTls;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The native dialect by TLS, against the JDK's own sockets. */
@Timeout(60)
class NativeTlsTest {

  private static final byte[] CONTENT = new byte[20_000_000];

  @TempDir
  static Path temp;

  private static Path root;
  private static Path certificate;
  private static Path key;
  private static SSLContext client;

  @BeforeAll
  static void make() throws Exception {
    new Random(1).nextBytes(CONTENT);
    root = Files.createDirectory(temp.resolve("root"));
    Files.write(root.resolve("big"), CONTENT);
    Files.writeString(root.resolve("small"), "hello");
    X509Bundle bundle = new CertificateBuilder()
        .subject("CN=localhost")
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
    certificate = Files.writeString(temp.resolve("server.pem"), bundle.getCertificatePEM());
    key = Files.writeString(temp.resolve("server.key"), bundle.getPrivateKeyPEM());
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("server", bundle.getCertificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    client = SSLContext.getInstance("TLS");
    client.init(null, trust.getTrustManagers(), null);
  }

  private static NativePeer connect(int port) throws IOException {
    Socket socket = client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    return new NativePeer(socket);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.filetransfer.Transports#here")
  void sendsBlocksAndSmallFilesToThoseWhoKnowTheSecret(Transport transport) throws IOException {
    try (ServerTls tls = ServerTls.builder().certificate(certificate, key).build();
        RunningServer server = FileServer.builder()
            .root(root)
            .secret(Secret.of("sesame"))
            .socket(tcp -> tcp.port(0).transport(transport).tls(tls).loops(1))
            .start();
        NativePeer peer = connect(server.port())) {
      peer.send(hello(field(4, "sesame")), get("big"), get("small"), range("big", 99, 5_000_000));
      assertThat(peer.next().type()).isEqualTo(NativePeer.WELCOME);
      assertThat(peer.got(0).bytes()).isEqualTo(CONTENT);
      assertThat(peer.got(0).bytes()).asString().isEqualTo("hello");
      assertThat(peer.got(99).bytes()).isEqualTo(Arrays.copyOfRange(CONTENT, 99, 5_000_099));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.filetransfer.Transports#here")
  void tellsWhereToGoOnWhenItDrains(Transport transport) throws Exception {
    try (ServerTls tls = ServerTls.builder().certificate(certificate, key).build();
        RunningServer server = FileServer.builder()
            .root(root)
            .socket(tcp -> tcp.port(0).transport(transport).tls(tls).loops(1))
            .start();
        NativePeer peer = connect(server.port())) {
      peer.send(hello(), get("big"));
      assertThat(peer.next().type()).isEqualTo(NativePeer.WELCOME);
      assertThat(peer.next().type()).isEqualTo(NativePeer.FILE);
      CompletableFuture<?> drained = server.drainAsync(Duration.ofSeconds(20));
      NativePeer.Got got = peer.got(0);
      assertThat(got.last().isError(7)).isTrue();
      assertThat(got.last().number(4)).isEqualTo(got.bytes().length);
      assertThat(got.bytes()).isEqualTo(Arrays.copyOf(CONTENT, got.bytes().length));
      assertThat(peer.isEnded()).isTrue();
      peer.finishSending();
      drained.join();
    }
  }
}
