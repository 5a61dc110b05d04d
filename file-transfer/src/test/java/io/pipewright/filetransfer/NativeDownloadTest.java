package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConnectFailedException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.saving.ExistingFile;
import io.pipewright.shaping.Shaping;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One server, one file, nothing in the way. */
@Timeout(60)
class NativeDownloadTest {

  private static final int MEBIBYTE = 1 << 20;

  @TempDir
  Path temp;

  private Path root;
  private Path out;
  private RunningServer server;
  private final List<DownloadEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    out = Files.createDirectory(temp.resolve("out"));
    server = FileServer.builder().root(root).socket(tcp -> tcp.port(0)).start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private FileClient client(UnaryOperator<FileClientBuilder> settings) {
    FileClientBuilder builder = FileClient.builder().socket(tcp -> tcp.port(server.port()));
    return settings.apply(builder).build();
  }

  private Download get(String name, UnaryOperator<FileClientBuilder> settings) {
    try (FileClient client = client(settings)) {
      return client.get(name, out, events::add);
    }
  }

  private Download get(String name) {
    return get(name, UnaryOperator.identity());
  }

  private byte[] share(String name, int length) throws IOException {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    Files.createDirectories(root.resolve(name).getParent());
    Files.write(root.resolve(name), content);
    return content;
  }

  private List<String> filesInOut() throws IOException {
    try (var files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 7 * MEBIBYTE + 123, 40 * MEBIBYTE})
  void aFileOfAnySizeArrivesWithItsBytesAndItsTime(int length) throws Exception {
    byte[] content = share("sub/a.bin", length);
    Path real = out.toRealPath();
    assertThat(get("sub/a.bin")).isInstanceOfSatisfying(Download.Saved.class, saved -> {
      assertThat(saved.file()).isEqualTo(real.resolve("a.bin"));
      assertThat(saved.bytes()).isEqualTo(length);
      assertThat(saved.fetchedBytes()).isEqualTo(length);
    });
    assertThat(out.resolve("a.bin")).hasBinaryContent(content);
    assertThat(Files.getLastModifiedTime(out.resolve("a.bin")).toMillis())
        .isEqualTo(Files.getLastModifiedTime(root.resolve("sub/a.bin")).toMillis());
    assertThat(filesInOut()).containsExactly("a.bin");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void severalConnectionsBringOneFile(int connections) throws IOException {
    byte[] content = share("a.bin", 100 * MEBIBYTE + 17);
    Download download =
        get("a.bin", builder -> builder.connections(Connections.exactly(connections)));
    assertThat(download)
        .isInstanceOfSatisfying(
            Download.Saved.class, saved -> assertThat(saved.bytes()).isEqualTo(content.length));
    assertThat(out.resolve("a.bin")).hasBinaryContent(content);
  }

  @RepeatedTest(5)
  void fourConnectionsFetchHardlyAnythingOfASmallFileTwice() throws IOException {
    byte[] content = share("a.bin", 16 * MEBIBYTE);
    assertThat(get("a.bin", builder -> builder.connections(Connections.exactly(4))))
        .isInstanceOfSatisfying(
            Download.Saved.class,
            saved -> assertThat(saved.fetchedBytes())
                .isLessThanOrEqualTo(content.length + content.length / 20));
    Files.delete(out.resolve("a.bin"));
  }

  @Test
  void whereTheServerLimitsEachConnectionThereAreSoonMore() throws IOException {
    share("a.bin", 56 * MEBIBYTE);
    Shaping shaping = Shaping.builder().writeBytesPerSecond(4L * MEBIBYTE).build();
    server.close();
    server = FileServer.builder()
        .root(root)
        .socket(tcp -> tcp.port(0).shaping(shaping))
        .start();
    get("a.bin", builder -> builder.connections(Connections.auto()));
    int most = events.stream()
        .filter(DownloadEvent.Progress.class::isInstance)
        .mapToInt(progress -> ((DownloadEvent.Progress) progress).connections())
        .max()
        .orElse(0);
    assertThat(most).as("the second was kept, and a third tried").isGreaterThanOrEqualTo(3);
  }

  @Test
  void itsListenerHearsOfTheBeginningOfProgressAndOfTheEnd() throws IOException {
    share("a.bin", 3 * MEBIBYTE);
    get("a.bin");
    assertThat(events.get(0)).isInstanceOfSatisfying(DownloadEvent.Begun.class, begun -> {
      assertThat(begun.name()).isEqualTo("a.bin");
      assertThat(begun.size()).hasValue(3 * MEBIBYTE);
      assertThat(begun.verifiedBytes()).isZero();
    });
    assertThat(events.get(events.size() - 2))
        .isInstanceOfSatisfying(
            DownloadEvent.Progress.class,
            progress -> assertThat(progress.verifiedBytes()).isEqualTo(3 * MEBIBYTE));
    assertThat(events.get(events.size() - 1)).isInstanceOf(DownloadEvent.Finished.class);
  }

  @Test
  void oneClientFetchesManyFilesOneAfterAnother() throws IOException {
    try (FileClient client = client(UnaryOperator.identity())) {
      for (int i = 0; i < 50; i++) {
        byte[] content = share("f" + i, 1000 + i);
        client.get("f" + i, out, ProgressListener.NONE);
        assertThat(out.resolve("f" + i)).hasBinaryContent(content);
      }
    }
  }

  @Test
  void aFileThatIsNotGivenIsRefusedAndLeavesNothing() throws IOException {
    assertThat(get("missing"))
        .isInstanceOfSatisfying(
            Download.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo("the server gives no such file"));
    assertThat(get("../missing")).isInstanceOf(Download.Refused.class);
    assertThat(filesInOut()).isEmpty();
  }

  @Test
  void aFileThatIsHereAlreadyIsNotFetchedAgain() throws IOException {
    share("a", 1000);
    get("a");
    assertThat(get("a"))
        .isInstanceOfSatisfying(
            Download.Skipped.class,
            skipped -> assertThat(skipped.reason()).isEqualTo("it is here already"));
  }

  @Test
  void anotherFileOfThatNameStaysUnlessTheUserSaysOtherwise() throws IOException {
    byte[] content = share("a", 1000);
    Files.writeString(out.resolve("a"), "mine");
    assertThatThrownBy(() -> get("a"))
        .isInstanceOf(FileExistsException.class)
        .hasMessageContaining("is there already");
    assertThat(get("a", builder -> builder.existing(ExistingFile.SKIP)))
        .isInstanceOf(Download.Skipped.class);
    assertThat(out.resolve("a")).hasContent("mine");
    get("a", builder -> builder.existing(ExistingFile.RENAME));
    assertThat(out.resolve("a (1)")).hasBinaryContent(content);
    get("a", builder -> builder.existing(ExistingFile.OVERWRITE));
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(filesInOut()).containsExactly("a", "a (1)");
  }

  @Test
  void theSha256ThatTheUserGaveIsLookedAtBeforeTheFileGetsItsName() throws Exception {
    byte[] content = share("a", 3 * MEBIBYTE);
    String right = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    String wrong = "0".repeat(64);
    try (FileClient client = client(UnaryOperator.identity())) {
      assertThatThrownBy(() -> client.get(DownloadRequest.of("a", out).sha256(wrong)))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(wrong)
          .hasMessageContaining(right);
      assertThat(filesInOut()).isEmpty();
      assertThat(client.get(DownloadRequest.of("a", out).sha256(right)))
          .isInstanceOfSatisfying(
              Download.Saved.class, saved -> assertThat(saved.sha256()).hasValue(right));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "5,10", "1048570,12", "0,3145728", "1048577,2000000", "3145727,1"})
  void aRangeIsReadAsItIs(int offset, int length) throws IOException {
    byte[] content = share("a", 3 * MEBIBYTE);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (FileClient client = client(UnaryOperator.identity())) {
      assertThat(client.read("a", offset, length, Channels.newChannel(bytes))).isEqualTo(length);
    }
    assertThat(bytes.toByteArray()).isEqualTo(Arrays.copyOfRange(content, offset, offset + length));
  }

  @Test
  void aRangeThatIsNotInTheFileIsRefused() throws IOException {
    share("a", 100);
    WritableByteChannel nowhere = Channels.newChannel(new ByteArrayOutputStream());
    try (FileClient client = client(UnaryOperator.identity())) {
      assertThatThrownBy(() -> client.read("a", 90, 11, nowhere))
          .isInstanceOf(DownloadRefusedException.class);
      assertThatThrownBy(() -> client.read("missing", 0, 1, nowhere))
          .isInstanceOf(DownloadRefusedException.class);
    }
  }

  @Test
  void whereNothingListensItSaysSoAtOnce() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThatThrownBy(() -> get("a", builder -> builder.socket(tcp -> tcp.port(free))))
        .isInstanceOf(ConnectFailedException.class);
    assertThat(filesInOut()).isEmpty();
  }
}
