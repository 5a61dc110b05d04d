package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.DownloadStoppedException;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.TcpFaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One server behind a line that cuts, flips, stalls; and downloads that are stopped and go on. */
@Timeout(60)
class BadLineTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final int LENGTH = 30 * MEBIBYTE + 333;

  @TempDir
  Path temp;

  private Path root;
  private Path out;
  private RunningServer server;
  private final byte[] content = new byte[LENGTH];
  private final List<DownloadEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    out = Files.createDirectory(temp.resolve("out"));
    new Random(LENGTH).nextBytes(content);
    Files.write(root.resolve("a"), content);
    server = FileServer.builder().root(root).socket(tcp -> tcp.port(0)).start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private FileClient client(TcpFaultProxy line, UnaryOperator<FileClientBuilder> settings) {
    Backoff soon = Backoff.defaults().initial(Duration.ofMillis(5)).max(Duration.ofMillis(20));
    return settings
        .apply(FileClient.builder()
            .socket(tcp -> tcp.port(line.port()))
            .backoff(soon)
            .fsync(false))
        .build();
  }

  private Download get(TcpFaultProxy line, UnaryOperator<FileClientBuilder> settings) {
    try (FileClient client = client(line, settings)) {
      return client.get("a", out, events::add);
    }
  }

  private Download get(TcpFaultProxy line) {
    return get(line, builder -> builder.connections(Connections.exactly(1)));
  }

  private <E extends DownloadEvent> Stream<E> told(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast);
  }

  private List<String> filesInOut() throws IOException {
    try (var files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aLineThatIsCutAgainAndAgainBringsTheFileAllTheSame() throws IOException {
    long firstCut = 1_300_000;
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) ->
            Faults.toClient(stream -> stream.resetAfter(firstCut + number * 77_777L)))
        .start()) {
      get(line);
      assertThat(out.resolve("a")).hasBinaryContent(content);
      assertThat(told(DownloadEvent.Retrying.class)).hasSizeGreaterThan(5);
      assertThat(filesInOut()).containsExactly("a");
    }
  }

  @Test
  void severalConnectionsAreCutAndTheFileComesAllTheSame() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) ->
            Faults.toClient(stream -> stream.cutAfter(1_500_000 + number * 100_000L)))
        .start()) {
      get(line, builder -> builder.connections(Connections.exactly(4)));
      assertThat(out.resolve("a")).hasBinaryContent(content);
    }
  }

  @Test
  void aBitThatFlipsCostsTheBlockAndNoMore() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) -> number == 1
            ? Faults.toClient(stream -> stream.flipBit(10 * MEBIBYTE + 5, 3))
            : Faults.none())
        .start()) {
      assertThat(get(line))
          .isInstanceOfSatisfying(
              Download.Saved.class,
              saved -> assertThat(saved.fetchedBytes()).isEqualTo(LENGTH + MEBIBYTE));
      assertThat(out.resolve("a")).hasBinaryContent(content);
      assertThat(told(DownloadEvent.BadBlock.class)).hasSize(1);
    }
  }

  @Test
  void aBlockThatNeverComesRightEndsTheDownloadAndKeepsTheOthers() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults(Faults.toClient(stream -> {
          for (long at = 10 * MEBIBYTE; at < 200L * MEBIBYTE; at += 500_000) {
            stream.flipBit(at, 1);
          }
        }))
        .start()) {
      assertThatThrownBy(() -> get(line))
          .isInstanceOfSatisfying(
              IntegrityException.class, wrong -> assertThat(wrong.block()).isPresent());
      assertThat(filesInOut()).doesNotContain("a").hasSize(2);
    }
  }

  @Test
  void aLineThatGoesDeadIsLeftForANewOne() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) -> number == 1
            ? Faults.toClient(stream -> stream.stallAfter(5 * MEBIBYTE))
            : Faults.none())
        .start()) {
      get(
          line,
          builder -> builder.timeout(Duration.ofMillis(500)).connections(Connections.exactly(1)));
      assertThat(out.resolve("a")).hasBinaryContent(content);
    }
  }

  @Test
  void aLineThatIsDeadForGoodIsGivenUp() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) ->
            Faults.toClient(stream -> stream.stallAfter(number == 1 ? 5 * MEBIBYTE : 0)))
        .start()) {
      assertThatThrownBy(
              () -> get(line, builder -> builder.timeout(Duration.ofMillis(200)).retries(2)))
          .isInstanceOf(DownloadTimedOutException.class);
    }
  }

  @Test
  void aServerThatIsGoneForGoodIsGivenUpAndALaterDownloadGoesOn() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) ->
            // no faster than it is read: a reset throws away what waits in the socket
            Faults.toClient(stream ->
                stream.throttle(40 * MEBIBYTE).resetAfter(number == 1 ? 10 * MEBIBYTE : 0)))
        .start()) {
      assertThatThrownBy(
              () -> get(line, builder -> builder.retries(3).connections(Connections.exactly(1))))
          .isInstanceOf(DownloadBrokenException.class);
      assertThat(filesInOut()).hasSize(2).doesNotContain("a");
      events.clear();
      line.faults(Faults.none());
      assertThat(get(line))
          .isInstanceOfSatisfying(
              Download.Saved.class,
              saved -> assertThat(saved.fetchedBytes()).isLessThan(22 * MEBIBYTE));
    }
    assertThat(told(DownloadEvent.Begun.class))
        .singleElement()
        .satisfies(begun -> assertThat(begun.verifiedBytes()).isPositive());
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(filesInOut()).containsExactly("a");
  }

  private TcpFaultProxy lineThatStalls() throws IOException {
    return TcpFaultProxy.to(server.port())
        .faults(Faults.toClient(stream -> stream.stallAfter(12 * MEBIBYTE)))
        .start();
  }

  /** Has a download stand still in the middle, stops it, and leaves what it leaves. */
  @SuppressWarnings("try") // closed in the middle: that is what stops it
  private void leaveAPart(TcpFaultProxy line) throws IOException {
    CompletableFuture<Download> download;
    try (FileClient client = client(line, builder -> builder.connections(Connections.exactly(1)))) {
      download = client.getAsync(DownloadRequest.of("a", out).listener(events::add));
      await()
          .until(() -> told(DownloadEvent.Progress.class)
              .anyMatch(progress -> progress.verifiedBytes() >= 11 * MEBIBYTE));
    }
    assertThatThrownBy(download::join).hasCauseInstanceOf(DownloadStoppedException.class);
    events.clear();
    line.faults(Faults.none());
    assertThat(filesInOut()).hasSize(2).doesNotContain("a");
  }

  @Test
  void aDownloadThatWasStoppedGoesOnWhereItWas() throws IOException {
    try (TcpFaultProxy line = lineThatStalls()) {
      leaveAPart(line);
      assertThat(get(line))
          .isInstanceOfSatisfying(
              Download.Saved.class,
              saved -> assertThat(saved.fetchedBytes()).isEqualTo(LENGTH - 11 * MEBIBYTE));
    }
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(filesInOut()).containsExactly("a");
  }

  @Test
  void aFileThatChangedMeanwhileIsBegunAnewAndTheUserHearsOfIt() throws IOException {
    try (TcpFaultProxy line = lineThatStalls()) {
      leaveAPart(line);
      new Random(1).nextBytes(content);
      Files.write(root.resolve("a"), content);
      get(line);
    }
    assertThat(told(DownloadEvent.BeganAnew.class)).hasSize(1);
    assertThat(out.resolve("a")).hasBinaryContent(content);
  }

  @Test
  void aBlockThatTheDiskHasLostMeanwhileIsFetchedAgain() throws IOException {
    long kept;
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults((number, seed) ->
            // no faster than it is read: a reset throws away what waits in the socket
            Faults.toClient(stream ->
                stream.throttle(40 * MEBIBYTE).resetAfter(number == 1 ? 10 * MEBIBYTE : 0)))
        .start()) {
      assertThatThrownBy(
          () -> get(line, builder -> builder.retries(1).connections(Connections.exactly(1))));
      Path part = out.resolve(filesInOut().stream()
          .filter(name -> name.endsWith("-part"))
          .findFirst()
          .orElseThrow());
      byte[] broken = Files.readAllBytes(part);
      broken[3 * MEBIBYTE + 1] ^= 4;
      Files.write(part, broken);
      line.faults(Faults.none());
      events.clear();
      Download.Saved saved = (Download.Saved) get(line);
      kept = told(DownloadEvent.Begun.class).findFirst().orElseThrow().verifiedBytes();
      assertThat(saved.fetchedBytes()).isEqualTo(LENGTH - kept + MEBIBYTE);
    }
    assertThat(out.resolve("a")).hasBinaryContent(content);
  }

  @Test
  void aFileThatChangesInTheMiddleIsNeverMixed() throws IOException {
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
        .faults(Faults.toClient(stream -> stream.throttle(10 * MEBIBYTE)))
        .start()) {
      assertThatThrownBy(() -> {
            try (FileClient client = client(line, builder -> builder)) {
              client.get("a", out, event -> {
                if (event instanceof DownloadEvent.Progress progress
                    && progress.verifiedBytes() > 3 * MEBIBYTE) {
                  change();
                }
              });
            }
          })
          .isInstanceOf(FileChangedException.class);
    }
    assertThat(filesInOut()).isEmpty();
  }

  private void change() {
    try {
      new Random(2).nextBytes(content);
      Files.write(root.resolve("a"), content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTreeComesOverALineThatIsCutAgainAndAgain() throws IOException {
    Path tree = Files.createDirectory(root.resolve("tree"));
    for (int i = 0; i < 500; i++) {
      Files.writeString(tree.resolve("f" + i), "content of " + i);
    }
    try (TcpFaultProxy line = TcpFaultProxy.to(server.port())
            .faults((number, seed) ->
                Faults.toClient(stream -> stream.resetAfter(40_000 + number * 1_111L)))
            .start();
        FileClient client = client(line, builder -> builder)) {
      TreeDownload download = client.getTree("tree", out, events::add);
      assertThat(download.saved()).isEqualTo(500);
      assertThat(download.failures()).isEmpty();
    }
    for (int i = 0; i < 500; i++) {
      assertThat(out.resolve("tree/f" + i)).hasContent("content of " + i);
    }
  }
}
