package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.FaultBed.BLOCK;
import static io.pipewright.filetransfer.FaultBed.assertSaved;
import static io.pipewright.filetransfer.FaultBed.client;
import static io.pipewright.filetransfer.FaultBed.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadException;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.shaping.Shaping;
import io.pipewright.testkit.NoLeaks;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.TcpFaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads from several servers of which some are slow, hang, end, or have something else. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class FaultyMirrorsTest {

  @TempDir
  Path temp;

  private FaultBed bed;

  @BeforeEach
  void prepare() throws IOException {
    bed = new FaultBed(temp);
  }

  @Test
  void ofThreeMirrorsOneIsSlowAndOneStallsAndTheThirdBringsTheFile() throws IOException {
    byte[] content = bed.file("f", 48 * BLOCK);
    try (RunningServer server = bed.serve();
        TcpFaultProxy slow = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.throttle(256 << 10)))
            .start();
        TcpFaultProxy stalled = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.stallAfter(2 * BLOCK + 500)))
            .start();
        TcpFaultProxy good = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.throttle(24L * BLOCK)))
            .start();
        FileClient client = client(endpoint(slow), endpoint(stalled), endpoint(good))
            .connections(Connections.exactly(3))
            .timeout(Duration.ofSeconds(5))
            .build()) {
      long begin = System.nanoTime();
      assertSaved(bed.get(client, "f"), content);

      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "slow, stalled, good",
    "slow, good, stalled",
    "stalled, slow, good",
    "stalled, good, slow",
    "good, slow, stalled",
    "good, stalled, slow"
  })
  void ofASlowAStalledAndAGoodMirrorAnyMayAnswerFirst(String first, String second, String third)
      throws IOException {
    byte[] content = bed.file("f", 48 * BLOCK);
    Map<String, Faults> faults = Map.of(
        "slow", Faults.toClient(stream -> stream.throttle(256 << 10)),
        "stalled", Faults.toClient(stream -> stream.stallAfter(2 * BLOCK + 500)),
        "good", Faults.toClient(stream -> stream.throttle(24L * BLOCK)));
    List<String> names = List.of(first, second, third);
    List<LateLine> lines = new ArrayList<>();
    try (RunningServer server = bed.serve()) {
      for (String name : names) {
        lines.add(new LateLine(server, faults.get(name)));
      }
      try (FileClient client = client(
              lines.stream().map(line -> endpoint(line.proxy())).toArray(Endpoint[]::new))
          .connections(Connections.exactly(3))
          .timeout(Duration.ofSeconds(30)) // nobody waits for it
          .build()) {
        long begin = System.nanoTime();
        CompletableFuture<Download> got =
            client.getAsync(DownloadRequest.of("f", bed.out()).listener(event -> {
              if (event instanceof DownloadEvent.Begun) {
                lines.get(1).open();
              } else if (event instanceof DownloadEvent.ServerJoined joined
                  && joined.server().equals(endpoint(lines.get(1).proxy()))) {
                lines.get(2).open();
              }
            }));
        lines.get(0).open();
        assertSaved(FaultBed.ended(got), content);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
      }
    } finally {
      lines.forEach(LateLine::close);
    }
  }

  @Test
  void aReferenceThatFallsSilentBeforeItsSumsAreKnownIsReplaced() throws IOException {
    byte[] content = bed.file("f", 48 * BLOCK);
    try (RunningServer server = bed.serve();
        LateLine silent = new LateLine(server, Faults.toClient(stream -> stream.stallAfter(200)));
        LateLine good = new LateLine(server, Faults.none());
        FileClient client = client(endpoint(silent.proxy()), endpoint(good.proxy()))
            .connections(Connections.exactly(2))
            .timeout(Duration.ofSeconds(20))
            .build()) {
      long begin = System.nanoTime();
      CompletableFuture<Download> got =
          client.getAsync(DownloadRequest.of("f", bed.out()).listener(event -> {
            if (event instanceof DownloadEvent.Begun) {
              good.open();
            }
          }));
      silent.open();
      assertSaved(FaultBed.ended(got), content);

      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }
  }

  /** A line to a server on which nothing comes before it is opened, and that then has its faults. */
  private record LateLine(TcpFaultProxy proxy, Faults faults) implements AutoCloseable {

    LateLine(RunningServer server, Faults faults) throws IOException {
      this(
          TcpFaultProxy.to(server.localAddress())
              .faults((number, random) ->
                  number == 1 ? Faults.toClient(stream -> stream.stallAfter(0)) : faults)
              .start(),
          faults);
    }

    void open() {
      proxy.connection(1).faults(faults);
    }

    @Override
    public void close() {
      proxy.close();
    }
  }

  @Test
  void aServerThatDrainsLeavesTheRestToTheOther() throws IOException {
    byte[] content = bed.file("f", 32 * BLOCK);
    Shaping slow = Shaping.builder().writeBytesPerSecond(8L * BLOCK).build();
    try (RunningServer leaving = bed.serve(server -> server.socket(tcp -> tcp.shaping(slow)));
        RunningServer staying = bed.serve(server -> server.socket(tcp -> tcp.shaping(slow)));
        FileClient client = client(endpoint(leaving), endpoint(staying))
            .connections(Connections.exactly(2))
            .retries(3)
            .build()) {
      CompletableFuture<Download> got = client.getAsync(bed.request("f"));
      await().until(() -> bed.verifiedBytes() >= 4L * BLOCK);
      leaving.drain(Duration.ofSeconds(20));

      Download.Saved saved = assertSaved(FaultBed.ended(got), content);
      assertThat(saved.fetchedBytes()).isLessThanOrEqualTo(content.length + 4L * BLOCK);
    }
  }

  @Test
  void aMirrorWithAnotherFileOfTheNameIsLeftOut() throws IOException {
    byte[] content = bed.file("f", 12 * BLOCK);
    Path other = Files.createDirectory(temp.resolve("other"));
    byte[] twin = content.clone();
    twin[7 * BLOCK + 5] ^= 1;
    Files.write(other.resolve("f"), twin);
    Shaping slow = Shaping.builder().writeBytesPerSecond(6L * BLOCK).build();
    try (RunningServer right = bed.serve(server -> server.socket(tcp -> tcp.shaping(slow)));
        RunningServer wrong = FileServer.builder()
            .root(other)
            .socket(tcp -> tcp.port(0).shaping(slow))
            .start();
        FileClient client = client(endpoint(right), endpoint(wrong))
            .connections(Connections.exactly(2))
            .build()) {
      Download download = bed.get(client, "f");
      assertThat(download).isInstanceOf(Download.Saved.class);
      byte[] saved = Files.readAllBytes(((Download.Saved) download).file());

      assertThat(Arrays.equals(saved, content) || Arrays.equals(saved, twin))
          .as("one of both files, whole, and no mixture")
          .isTrue();
    }
  }

  /** The reference ends while its blocks are still on their way to the disk, and the other has another file, block by block. */
  @RepeatedTest(8)
  void noBlockOfAReferenceThatEndsIsMixedIntoTheFileOfTheNext(RepetitionInfo run)
      throws IOException {
    byte[] content = bed.file("f", 24 * BLOCK);
    byte[] twin = content.clone();
    for (int block = 0; block < 24; block += 1 + run.getCurrentRepetition() % 3) {
      twin[block * BLOCK + 5] ^= 1;
    }
    Path other = Files.createDirectory(temp.resolve("other"));
    Files.write(other.resolve("f"), twin);
    int cut = (2 + run.getCurrentRepetition()) * BLOCK + 77;
    try (RunningServer right = bed.serve();
        RunningServer wrong =
            FileServer.builder().root(other).socket(tcp -> tcp.port(0)).start();
        TcpFaultProxy ending = TcpFaultProxy.to(right.localAddress())
            .faults((number, seed) ->
                Faults.toClient(stream -> stream.resetAfter(number == 1 ? cut : 0)))
            .start();
        TcpFaultProxy late = TcpFaultProxy.to(wrong.localAddress())
            .faults(Faults.toClient(stream -> stream.delay(Duration.ofMillis(20))))
            .start();
        FileClient client = client(endpoint(ending), endpoint(late)).retries(1).build()) {
      Download.Saved saved;
      try {
        saved = (Download.Saved) bed.get(client, "f");
      } catch (DownloadException refused) {
        return; // nobody has the whole of what is here
      }
      byte[] bytes = Files.readAllBytes(saved.file());
      assertThat(Arrays.equals(bytes, content) || Arrays.equals(bytes, twin))
          .as("one of both files, whole, and no mixture")
          .isTrue();
    }
  }
}
