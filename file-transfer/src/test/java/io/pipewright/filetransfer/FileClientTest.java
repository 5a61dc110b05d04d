package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.PipewrightException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.download.CannotSaveException;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The client against servers made of plain sockets, and against ours, on every transport that the machine has. */
@ParameterizedClass
@MethodSource("io.pipewright.filetransfer.Transports#here")
@Timeout(60)
class FileClientTest {

  private static final byte[] CONTENT = randomBytes(5_000_000);

  private final Transport transport;

  @TempDir
  Path temp;

  private Path out;
  private FileClient client;

  FileClientTest(Transport transport) {
    this.transport = transport;
  }

  @BeforeEach
  void makeAFolder() throws IOException {
    out = Files.createDirectory(temp.resolve("out"));
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
  }

  private FileClient client(int port) {
    return client(port, Duration.ofSeconds(20));
  }

  private FileClient client(int port, Duration timeout) {
    client = FileClient.builder()
        .dialect(Dialect.PLAIN)
        .socket(tcp -> tcp.port(port).transport(transport))
        .timeout(timeout)
        .build();
    return client;
  }

  private DownloadRequest wanted(String name) {
    return DownloadRequest.of(name, out);
  }

  private static ProgressListener onProgress(LongConsumer bytes) {
    return event -> {
      if (event instanceof DownloadEvent.Progress progress) {
        bytes.accept(progress.verifiedBytes());
      }
    };
  }

  @Test
  void savesWhatAServerSendsThatReadsOnceAndKnowsNoTerminator() throws IOException {
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      Download download = client(server.port()).get("a/b.bin", out, ProgressListener.NONE);
      assertThat(server.request()).isEqualTo("a/b.bin");
      assertThat(download).isInstanceOfSatisfying(Download.Saved.class, saved -> {
        assertThat(saved.file()).isEqualTo(out.resolve("b.bin")).hasBinaryContent(CONTENT);
        assertThat(saved.bytes()).isEqualTo(CONTENT.length);
      });
      assertThat(filesIn(out)).containsExactly("b.bin");
    }
  }

  @Test
  void getsFilesFromOurServerOneAfterAnother() throws IOException {
    Path root = Files.createDirectories(temp.resolve("root/sub")).getParent();
    Files.write(root.resolve("a"), CONTENT);
    Files.writeString(root.resolve("sub/网络.txt"), "你好");
    try (RunningServer server = FileServer.builder()
        .root(root)
        .socket(tcp -> tcp.port(0).transport(transport))
        .start()) {
      FileClient client = client(server.port());
      assertThat(client.get("a", out, ProgressListener.NONE)).isInstanceOf(Download.Saved.class);
      assertThat(client.get("missing", out, ProgressListener.NONE))
          .isInstanceOf(Download.Refused.class);
      assertThat(client.get("sub/网络.txt", out, ProgressListener.NONE))
          .isInstanceOf(Download.Saved.class);
    }
    assertThat(out.resolve("a")).hasBinaryContent(CONTENT);
    assertThat(out.resolve("网络.txt")).hasContent("你好");
    assertThat(filesIn(out)).containsExactlyInAnyOrder("a", "网络.txt");
  }

  @Test
  void leavesNothingBehindWhenNothingComes() throws IOException {
    try (PlainServer server = PlainServer.sending(new byte[0])) {
      Download download = client(server.port()).get("missing", out, ProgressListener.NONE);
      assertThat(download)
          .isInstanceOfSatisfying(
              Download.Refused.class,
              refused -> assertThat(refused.reason()).contains("refused, missing or empty"));
      assertThat(filesIn(out)).isEmpty();
    }
  }

  @Test
  void asksNoServerForANameThatCannotBeSaved() {
    FileClient client = client(1); // nothing listens there: to connect would fail
    for (String name : List.of("", "..", "../x", "/etc/passwd", "a/", "a\\b", "a\nb", "a\0")) {
      assertThat(client.get(name, out, ProgressListener.NONE)).isInstanceOf(Download.Refused.class);
    }
  }

  @Test
  void leavesNothingBehindWhenTheConnectionBreaks() throws IOException {
    try (PlainServer server = PlainServer.resettingAfter(CONTENT)) {
      FileClient client = client(server.port());
      Files.writeString(out.resolve("a"), "what was there before");
      assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
          .isInstanceOfSatisfying(DownloadBrokenException.class, e -> {
            assertThat(e.bytes()).isPositive().isLessThanOrEqualTo(CONTENT.length);
            assertThat(e).hasMessageContaining("bytes of a:");
          });
      assertThat(filesIn(out)).containsExactly("a");
      assertThat(out.resolve("a")).hasContent("what was there before");
    }
  }

  @Test
  void saysWhatHappenedWhenTheServerResetsAtOnce() throws IOException {
    try (PlainServer server = PlainServer.resettingAtOnce()) {
      FileClient client = client(server.port());
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
            .isInstanceOf(PipewrightException.class);
      }
      assertThat(filesIn(out)).isEmpty();
    }
  }

  @Test
  void givesUpAServerThatFallsSilent() throws IOException {
    try (PlainServer server = PlainServer.silentAfter(new byte[1000])) {
      FileClient client = client(server.port(), Duration.ofMillis(300));
      assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
          .isInstanceOf(DownloadTimedOutException.class)
          .hasMessageContaining("0.300 s, after 1000 bytes");
      assertThat(filesIn(out)).isEmpty();
    }
  }

  @Test
  void saysThatNothingListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    FileClient client = client(port);
    assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
        .isInstanceOf(ConnectFailedException.class);
  }

  @Test
  void replacesAFileInOneStep() throws Exception {
    byte[] before = randomBytes(CONTENT.length / 2);
    Path file = Files.write(out.resolve("a"), before);
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      List<Long> sizes = Collections.synchronizedList(new ArrayList<>());
      client(server.port()).get("a", out, onProgress(bytes -> {
        if (bytes < CONTENT.length) {
          sizes.add(Files.exists(file) ? file.toFile().length() : -1);
        }
      }));
      assertThat(sizes).isNotEmpty().containsOnly((long) before.length);
      assertThat(file).hasBinaryContent(CONTENT);
      assertThat(filesIn(out)).containsExactly("a");
    }
  }

  @Test
  void saysWhenItCannotWrite() throws IOException {
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      FileClient client = client(server.port());
      assertThatThrownBy(() -> client.get("a", temp.resolve("nowhere"), ProgressListener.NONE))
          .isInstanceOf(CannotSaveException.class)
          .hasMessageContaining("there is no such folder");
      Files.createDirectories(out.resolve("a/full"));
      assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
          .isInstanceOf(CannotSaveException.class)
          .hasMessageContaining("cannot save a in " + out);
      assertThat(filesIn(out)).containsExactly("a");
    }
  }

  @Test
  void saysWhenTheFolderIsReadOnly() throws IOException {
    assertThat(out.toFile().setWritable(false)).isTrue();
    assumeFalse(Files.isWritable(out), "this user may write everywhere");
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      FileClient client = client(server.port());
      assertThatThrownBy(() -> client.get("a", out, ProgressListener.NONE))
          .isInstanceOf(CannotSaveException.class);
    } finally {
      assertThat(out.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void saysWhenTheFolderVanishesMeanwhile() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    try (PlainServer server = PlainServer.serving((request, socket) -> {
      asked.countDown();
      gone.await(10, TimeUnit.SECONDS);
      socket.getOutputStream().write(CONTENT);
    })) {
      var download = client(server.port()).getAsync(wanted("a"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      Files.delete(out);
      gone.countDown();
      assertThatThrownBy(download::join).hasCauseInstanceOf(CannotSaveException.class);
    }
  }

  @Test
  void tellsItsListenerHowManyBytesAreOnTheDisk() throws IOException {
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      List<Long> told = Collections.synchronizedList(new ArrayList<>());
      client(server.port()).get("a", out, onProgress(told::add));
      assertThat(told).isSorted().last().isEqualTo((long) CONTENT.length);
    }
  }

  @Test
  void goesOnThoughItsListenerFails() throws IOException {
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      client(server.port()).get("a", out, event -> {
        throw new IllegalStateException("a listener's own trouble");
      });
      assertThat(out.resolve("a")).hasBinaryContent(CONTENT);
    }
  }

  @Test
  void readsNoFasterThanTheDiskTakesAndDoesNotBlameTheServerForIt() throws Exception {
    byte[] piece = new byte[1 << 20];
    int pieces = 100;
    AtomicLong sent = new AtomicLong();
    CountDownLatch diskGoesOn = new CountDownLatch(1);
    try (PlainServer server = PlainServer.serving((request, socket) -> {
      for (int i = 0; i < pieces; i++) {
        socket.getOutputStream().write(piece);
        sent.addAndGet(piece.length);
      }
    })) {
      CompletableFuture<Download> download = client(server.port(), Duration.ofMillis(400))
          .getAsync(wanted("a").listener(onProgress(bytes -> {
            try {
              diskGoesOn.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          })));
      // what the client's queue and both kernels hold, and no more, however long it takes
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(10))
          .until(() -> sent.get(), bytes -> bytes < 40L << 20);
      assertThat(download).isNotDone();
      diskGoesOn.countDown();
      assertThat(download.get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              Download.Saved.class,
              saved -> assertThat(saved.bytes()).isEqualTo((long) pieces * piece.length));
    }
  }

  @Test
  void leavesNothingBehindWhenItIsClosedInTheMiddle() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (PlainServer server = PlainServer.silentAfter(CONTENT)) {
      FileClient client = client(server.port());
      var download = client.getAsync(wanted("a").listener(onProgress(bytes -> begun.countDown())));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(filesIn(out)).singleElement().asString().matches("\\.a\\.[0-9a-f]{8}\\.part");
      client.close();
      assertThatThrownBy(download::join).hasCauseInstanceOf(DownloadBrokenException.class);
      assertThat(filesIn(out)).isEmpty();
    }
  }

  @Test
  void savesUnderTheLongestNameThatAFolderTakes() throws IOException {
    String longest = "n".repeat(255);
    try (PlainServer server = PlainServer.sending(CONTENT)) {
      client(server.port()).get(longest, out, ProgressListener.NONE);
      assertThat(filesIn(out)).containsExactly(longest);
    }
  }

  @Test
  void saysWhatIsWrongWithItsSettings() {
    assertThatThrownBy(() -> FileClient.builder().dialect(Dialect.PLAIN).timeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> FileClient.builder()
            .dialect(Dialect.PLAIN)
            .socket(tcp -> tcp.port(70_000))
            .build())
        .isInstanceOf(ConfigurationException.class);
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
