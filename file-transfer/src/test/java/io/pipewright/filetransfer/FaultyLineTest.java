package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.FaultBed.BLOCK;
import static io.pipewright.filetransfer.FaultBed.assertSaved;
import static io.pipewright.filetransfer.FaultBed.client;
import static io.pipewright.filetransfer.FaultBed.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.pipewright.PipewrightException;
import io.pipewright.RunningServer;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.shaping.Shaping;
import io.pipewright.testkit.NoLeaks;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.StreamFaultsBuilder;
import io.pipewright.testkit.fault.TcpFaultProxy;
import io.pipewright.tls.ClientTls;
import io.pipewright.tls.ServerTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads over lines that cut, flip, stall and throttle. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class FaultyLineTest {

  @TempDir
  Path temp;

  private FaultBed bed;

  @BeforeEach
  void prepare() throws IOException {
    bed = new FaultBed(temp);
  }

  private static void end(StreamFaultsBuilder stream, Random random) {
    int after = random.nextInt(3 * BLOCK);
    switch (random.nextInt(3)) {
      case 0 -> stream.cutAfter(after);
      case 1 -> stream.resetAfter(after);
      default -> stream.halfCloseAfter(after);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 100", "3, 40"})
  void aCutCostsABlockAtMost(int connections, int cuts) throws IOException {
    byte[] content = bed.file("f", cuts * BLOCK + 77);
    try (RunningServer server = bed.serve();
        TcpFaultProxy proxy = TcpFaultProxy.to(server.localAddress())
            .seed(5)
            .faults((connection, random) ->
                connection <= cuts ? Faults.toClient(stream -> end(stream, random)) : Faults.none())
            .start();
        FileClient client = client(endpoint(proxy))
            .connections(Connections.exactly(connections))
            .build()) {
      Download.Saved saved = assertSaved(bed.get(client, "f"), content);

      int connected = proxy.connections().size();
      assertThat(connected).as("cuts").isGreaterThan(cuts / 2);
      assertThat(saved.fetchedBytes())
          .isBetween((long) content.length, content.length + (long) connected * BLOCK);
    }
  }

  @Test
  void underTlsAFlippedBitEndsTheConnectionAndReachesNobody() throws Exception {
    byte[] content = bed.file("f", 8 * BLOCK);
    X509Bundle bundle = new CertificateBuilder()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
    Path certificate = Files.writeString(temp.resolve("c.pem"), bundle.getCertificatePEM());
    Path key = Files.writeString(temp.resolve("c.key"), bundle.getPrivateKeyPEM());
    try (RunningServer server = bed.serve(builder -> builder.socket(
            tcp -> tcp.tls(ServerTls.builder().certificate(certificate, key).build())));
        TcpFaultProxy proxy = TcpFaultProxy.to(server.localAddress())
            .faults((connection, random) -> connection <= 3
                ? Faults.toClient(stream -> stream.flipBit(2 * BLOCK + BLOCK / 2, 6))
                : Faults.none())
            .start();
        FileClient client = client(Endpoint.of("localhost", proxy.port()))
            .socket(tcp -> tcp.tls(ClientTls.builder().trust(certificate).build()))
            .build()) {
      Download.Saved saved = assertSaved(bed.get(client, "f"), content);

      assertThat(bed.events(DownloadEvent.BadBlock.class)).isEmpty();
      assertThat(bed.events(DownloadEvent.Retrying.class)).hasSizeBetween(1, 3);
      assertThat(saved.fetchedBytes()).isLessThanOrEqualTo(content.length + 3L * BLOCK);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void bitsFlippedAnywhereNeverReachTheFile(long seed) throws IOException {
    byte[] content = bed.file("f", 12 * BLOCK);
    try (RunningServer server = bed.serve();
        TcpFaultProxy proxy = TcpFaultProxy.to(server.localAddress())
            .seed(seed)
            .faults((connection, random) -> connection > 4
                ? Faults.none()
                : Faults.builder()
                    .toServer(stream -> {
                      if (connection > 1) {
                        stream.flipBit(random.nextInt(200), random.nextInt(8));
                      }
                    })
                    .toClient(stream -> {
                      stream.flipBit(2_000 + random.nextInt(4 * BLOCK), random.nextInt(8));
                      // perhaps the header of the second block
                      stream.flipBit(BLOCK + 100 + random.nextInt(200), random.nextInt(8));
                      if (connection > 1) {
                        stream.flipBit(random.nextInt(200), random.nextInt(8));
                      }
                    })
                    .build())
            .start();
        FileClient client =
            client(endpoint(proxy)).timeout(Duration.ofMillis(500)).build()) {
      Download download;
      try {
        download = bed.get(client, "f");
      } catch (RuntimeException e) {
        // a flipped bit may make another file of the name, another version of the version
        assertThat(e).isInstanceOf(PipewrightException.class);
        bed.assertNothingSaved("f");
        return;
      }
      if (download instanceof Download.Saved) {
        assertSaved(download, content);
      } else {
        bed.assertNothingSaved("f");
      }
    }
  }

  @Test
  void aServerThatIsKilledAndComesBackBringsTheRest() throws Exception {
    byte[] content = bed.file("f", 24 * BLOCK);
    Shaping slow = Shaping.builder().writeBytesPerSecond(16L * BLOCK).build();
    RunningServer first = bed.serve(server -> server.socket(tcp -> tcp.shaping(slow)));
    int port = FaultBed.port(first);
    try (FileClient client = client(endpoint(first)).build()) {
      CompletableFuture<Download> got = client.getAsync(bed.request("f"));
      await().until(() -> bed.verifiedBytes() >= 3L * BLOCK);
      first.close();
      try (RunningServer second = bed.serve(server -> server.socket(tcp -> tcp.port(port)))) {
        Download.Saved saved = assertSaved(FaultBed.ended(got), content);

        assertThat(second.isReady()).isTrue();
        assertThat(saved.fetchedBytes()).isLessThanOrEqualTo(content.length + 2L * BLOCK);
        assertThat(bed.events(DownloadEvent.Retrying.class)).isNotEmpty();
      }
    }
  }
}
