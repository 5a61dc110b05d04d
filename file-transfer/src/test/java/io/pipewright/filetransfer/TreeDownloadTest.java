package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.FaultBed.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.RemoteFile;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.TcpFaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TreeDownloadTest {

  private static final int MEBIBYTE = 1 << 20;

  @TempDir
  Path temp;

  private Path root;
  private Path out;
  private RunningServer server;
  private FileClient client;
  private final List<DownloadEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    out = Files.createDirectory(temp.resolve("out"));
    server = FileServer.builder().root(root).socket(tcp -> tcp.port(0)).start();
    client = FileClient.builder().socket(tcp -> tcp.port(server.port())).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private void share(String name, int length) throws IOException {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static Map<String, byte[]> filesBelow(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (var all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static void assertSame(Path left, Path right) throws IOException {
    Map<String, byte[]> expected = filesBelow(left);
    Map<String, byte[]> actual = filesBelow(right);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, content) -> assertThat(actual.get(name)).as(name).isEqualTo(content));
  }

  @Test
  void aFolderComesWithAllBelowIt() throws IOException {
    for (int i = 0; i < 300; i++) {
      share("photos/f" + i, 10 * i);
    }
    share("photos/deep/er/still/a", 3);
    share("photos/deep/empty", 0);
    share("photos/deep/一块.bin", MEBIBYTE);
    share("photos/large.bin", 5 * MEBIBYTE + 1);
    TreeDownload tree = client.getTree("photos", out, events::add);
    assertSame(root.resolve("photos"), out.resolve("photos"));
    assertThat(tree.saved()).isEqualTo(304);
    assertThat(tree.savedBytes())
        .isEqualTo(tree.fetchedBytes())
        .isEqualTo(10L * 299 * 300 / 2 + 3 + 6 * MEBIBYTE + 1);
    assertThat(tree.failures()).isEmpty();
    assertThat(events.stream().filter(DownloadEvent.Finished.class::isInstance)).hasSize(304);
    assertThat(events.stream().filter(DownloadEvent.Begun.class::isInstance)).hasSize(304);
  }

  @Test
  void theRootItselfComesWithoutAFolderOfItsOwn() throws IOException {
    share("a", 1);
    share("b/c", 2);
    client.getTree("", out, events::add);
    assertSame(root, out);
  }

  @Test
  void theTimesOfTheFilesComeWithThem() throws IOException {
    share("t/a", 1);
    client.getTree("t", out, events::add);
    assertThat(Files.getLastModifiedTime(out.resolve("t/a")).toMillis())
        .isEqualTo(Files.getLastModifiedTime(root.resolve("t/a")).toMillis());
  }

  @Test
  void whatIsHereAlreadyIsNotFetchedAgain() throws IOException {
    share("t/a", 1000);
    share("t/b", 3 * MEBIBYTE);
    client.getTree("t", out, events::add);
    share("t/c", 5);
    TreeDownload again = client.getTree("t", out, events::add);
    assertThat(again.saved()).isEqualTo(1);
    assertThat(again.skipped()).isEqualTo(2);
    assertThat(again.fetchedBytes()).isEqualTo(5);
  }

  @Test
  void aFileThatIsInTheWayDoesNotEndTheOthers() throws IOException {
    share("t/a", 1000);
    share("t/b", 1000);
    Files.createDirectory(out.resolve("t"));
    Files.writeString(out.resolve("t/a"), "mine");
    TreeDownload tree = client.getTree("t", out, events::add);
    assertThat(tree.saved()).isEqualTo(1);
    assertThat(tree.failed()).isEqualTo(1);
    assertThat(tree.failures()).singleElement().satisfies(failure -> {
      assertThat(failure.name()).isEqualTo("t/a");
      assertThat(failure.reason()).isInstanceOf(FileExistsException.class);
    });
    assertThat(out.resolve("t/a")).hasContent("mine");
  }

  @Test
  void aLinkInTheTargetFolderLeadsNobodyOutside() throws IOException {
    share("t/sub/a", 1000);
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.createDirectory(out.resolve("t"));
    Files.createSymbolicLink(out.resolve("t/sub"), outside);
    TreeDownload tree = client.getTree("t", out, events::add);
    assertThat(tree.failed()).isEqualTo(1);
    assertThat(filesBelow(outside)).isEmpty();
  }

  @Test
  void aFolderThatIsNotGivenIsRefused() {
    assertThatThrownBy(() -> client.getTree("missing", out, events::add))
        .isInstanceOf(DownloadRefusedException.class)
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> client.getTree("../up", out, events::add))
        .isInstanceOf(DownloadRefusedException.class);
  }

  @Test
  void anEmptyFolderIsNoMistake() throws IOException {
    Files.createDirectory(root.resolve("empty"));
    assertThat(client.getTree("empty", out, events::add).saved()).isZero();
  }

  @Test
  void foldersAreListedPageByPage() throws IOException {
    for (int i = 0; i < 3_000; i++) {
      share("many/a-name-that-makes-a-page-full-" + i, 0);
    }
    List<String> names = new ArrayList<>();
    Entries page = client.list("many", "");
    for (int pages = 1; ; pages++) {
      page.entries().stream().map(Entry::name).forEach(names::add);
      if (!page.more()) {
        assertThat(pages).isGreaterThan(1);
        break;
      }
      page = client.list("many", names.get(names.size() - 1));
    }
    assertThat(names).hasSize(3_000).doesNotHaveDuplicates().isSorted();
    assertThat(client.list("", "").entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.kind()).isEqualTo(Entry.Kind.FOLDER));
  }

  @Test
  void aFileCanBeAskedAboutWithoutItsBytes() throws IOException {
    share("a/b", 1234);
    RemoteFile file = client.stat("a/b");
    assertThat(file.name()).isEqualTo("a/b");
    assertThat(file.size()).isEqualTo(1234);
    assertThat(file.lastModified())
        .isEqualTo(Files.getLastModifiedTime(root.resolve("a/b")).toInstant());
    assertThatThrownBy(() -> client.stat("missing")).isInstanceOf(DownloadRefusedException.class);
  }

  @Test
  void thePlainDialectSaysThatItKnowsNoFolders() {
    try (FileClient plain = FileClient.builder()
        .dialect(Dialect.PLAIN)
        .socket(tcp -> tcp.port(server.port()))
        .build()) {
      assertThatThrownBy(() -> plain.list("", ""))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void filesThatTheServerDoesNotPackComeOneByOne() throws IOException {
    for (int size : new int[] {0, 65_535, 65_536, 65_537, 300_000, MEBIBYTE, MEBIBYTE + 1}) {
      share("t/" + size, size);
      share("t/again/" + size, size);
    }
    assertThat(client.getTree("t", out, events::add).failures()).isEmpty();
    assertSame(root.resolve("t"), out.resolve("t"));
  }

  @Test
  void namesOfAnyLengthArePackedIntoRequestsThatTheServerTakes() throws IOException {
    for (int i = 0; i < 200; i++) {
      share("t/%0180d/%0220d".formatted(i % 3, i), i);
    }
    assertThat(client.getTree("t", out, events::add).failures()).isEmpty();
    assertSame(root.resolve("t"), out.resolve("t"));
  }

  @Test
  void aBitThatFlipsOnTheWayCostsItsFileAloneASecondFetch() throws Exception {
    for (int i = 0; i < 100; i++) {
      share("t/f%02d".formatted(i), 60_000);
    }
    try (TcpFaultProxy line = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.flipBit(3_000_000, 3)))
            .start();
        FileClient client = FileClient.builder().servers(endpoint(line)).build()) {
      TreeDownload tree = client.getTree("t", out, events::add);
      assertThat(tree.failures()).isEmpty();
      assertThat(tree.saved()).isEqualTo(100);
      assertSame(root.resolve("t"), out.resolve("t"));
    }
  }

  @Test
  void aServerThatDiesLeavesTheRestOfTheTreeToTheNext() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      share("t/%04d/f".formatted(i), 1 + i);
    }
    share("t/large", 3 * MEBIBYTE);
    try (TcpFaultProxy dying = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.throttle(MEBIBYTE)))
            .start();
        FileClient both = FileClient.builder()
            .servers(endpoint(dying), endpoint(server))
            .retries(1)
            .build()) {
      CompletableFuture<TreeDownload> got = both.getTreeAsync("t", out, events::add);
      await().until(() -> saved() > 50);
      end(dying);

      assertThat(got.get(40, TimeUnit.SECONDS).failures()).isEmpty();
      assertSame(root.resolve("t"), out.resolve("t"));
      assertThat(events.stream().filter(DownloadEvent.ServerLeft.class::isInstance))
          .isNotEmpty();
    }
  }

  @Test
  void aFileThatTheNextServerHasInAnotherStateComesWhole() throws Exception {
    Path other = Files.createDirectory(temp.resolve("other"));
    for (int i = 0; i < 600; i++) {
      share("t/f%03d".formatted(i), 2_000);
    }
    try (var files = Files.list(root.resolve("t"))) {
      Files.createDirectory(other.resolve("t"));
      for (Path file : files.toList()) { // with times of its own
        Files.write(other.resolve("t").resolve(file.getFileName()), new byte[3_000]);
      }
    }
    try (RunningServer next =
            FileServer.builder().root(other).socket(tcp -> tcp.port(0)).start();
        TcpFaultProxy dying = TcpFaultProxy.to(server.localAddress())
            .faults(Faults.toClient(stream -> stream.throttle(MEBIBYTE / 4)))
            .start();
        FileClient both = FileClient.builder()
            .servers(endpoint(dying), endpoint(next))
            .retries(1)
            .build()) {
      CompletableFuture<TreeDownload> got = both.getTreeAsync("t", out, events::add);
      await().until(() -> saved() > 10);
      end(dying);

      assertThat(got.get(40, TimeUnit.SECONDS).failures()).isEmpty();
      Map<String, byte[]> ours = filesBelow(out.resolve("t"));
      Map<String, byte[]> first = filesBelow(root.resolve("t"));
      assertThat(ours.keySet()).isEqualTo(first.keySet());
      assertThat(ours)
          .allSatisfy((name, content) ->
              assertThat(content).as(name).isIn(first.get(name), new byte[3_000]));
    }
  }

  private long saved() {
    return events.stream().filter(DownloadEvent.Finished.class::isInstance).count();
  }

  private static void end(AutoCloseable proxy) throws Exception {
    proxy.close();
  }
}
