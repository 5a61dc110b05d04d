package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.tls.ClientTls;
import io.pipewright.tls.ServerTls;
import io.pipewright.tls.TlsProvider;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** Files under TLS: regions cannot be encrypted, and what is cut off must not look whole. */
@Timeout(120)
class TlsTransferTest {

  private static final int SIZE = 64 << 20;

  @TempDir
  static Path temp;

  private static Path root;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void makeFiles() throws Exception {
    root = Files.createDirectory(temp.resolve("root"));
    byte[] content = new byte[SIZE];
    new Random(7).nextBytes(content);
    Files.write(root.resolve("big"), content);
    X509Bundle bundle = new CertificateBuilder()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
    certificate = Files.writeString(temp.resolve("server.pem"), bundle.getCertificatePEM());
    key = Files.writeString(temp.resolve("server.key"), bundle.getPrivateKeyPEM());
  }

  static Stream<Arguments> transportsAndProviders() {
    return Transports.here()
        .flatMap(transport -> Stream.of(TlsProvider.BORINGSSL, TlsProvider.JDK)
            .map(provider -> Arguments.of(transport, provider)));
  }

  private static ServerTls serverTls(TlsProvider provider) {
    return ServerTls.builder().certificate(certificate, key).provider(provider).build();
  }

  private static FileClient client(int port, Transport transport, TlsProvider provider) {
    ClientTls tls = ClientTls.builder().trust(certificate).provider(provider).build();
    return FileClient.builder()
        .dialect(Dialect.PLAIN)
        .socket(tcp -> tcp.host("localhost").port(port).transport(transport).tls(tls))
        .build();
  }

  private static RunningServer serve(ServerTls tls, Transport transport) {
    return FileServer.builder()
        .root(root)
        .socket(tcp -> tcp.port(0).transport(transport).tls(tls))
        .start();
  }

  @ParameterizedTest
  @MethodSource("transportsAndProviders")
  void aFileArrivesExactly(Transport transport, TlsProvider provider) throws IOException {
    Path out = Files.createTempDirectory(temp, "out");
    try (ServerTls tls = serverTls(provider);
        RunningServer server = serve(tls, transport);
        FileClient client = client(server.port(), transport, provider)) {
      Download download = client.get("big", out, ProgressListener.NONE);

      assertThat(download).isInstanceOf(Download.Saved.class);
      assertThat(Files.mismatch(root.resolve("big"), out.resolve("big"))).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void whatIsCutOffOnTheLineIsNotTakenForTheWhole(TlsProvider provider) throws Exception {
    Path out = Files.createTempDirectory(temp, "out");
    try (ServerTls tls = serverTls(provider);
        RunningServer server = serve(tls, Transport.NIO);
        ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FileClient client = client(relay.getLocalPort(), Transport.NIO, provider)) {
      Thread cutter = new Thread(() -> cut(relay, server.port()));
      cutter.start();

      assertThatThrownBy(() -> client.get("big", out, ProgressListener.NONE))
          .isInstanceOf(DownloadBrokenException.class)
          .hasMessageEndingWith("its TLS was cut off");
      cutter.join();
      try (Stream<Path> files = Files.list(out)) {
        assertThat(files).isEmpty();
      }
    }
  }

  /** Passes on a few megabytes of the answer and then says FIN, as anybody on the line can. */
  private static void cut(ServerSocket relay, int target) {
    try (Socket client = relay.accept();
        Socket server = new Socket("127.0.0.1", target)) {
      Thread asking = new Thread(() -> {
        try {
          client.getInputStream().transferTo(server.getOutputStream());
        } catch (IOException e) {
          return; // it is over
        }
      });
      asking.start();
      passOn(server.getInputStream(), client.getOutputStream(), 3_000_000);
      client.shutdownOutput();
      asking.join();
    } catch (IOException | InterruptedException e) {
      return; // it is over
    }
  }

  /** As it comes: the handshake waits for each flight. */
  private static void passOn(InputStream in, OutputStream out, int bytes) throws IOException {
    byte[] some = new byte[16 << 10];
    int left = bytes;
    while (left > 0) {
      int read = in.read(some, 0, Math.min(left, some.length));
      if (read < 0) {
        return;
      }
      out.write(some, 0, read);
      left -= read;
    }
  }
}
