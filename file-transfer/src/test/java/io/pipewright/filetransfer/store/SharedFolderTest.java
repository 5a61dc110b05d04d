package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipewright.ConfigurationException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same promises for both ways of walking. */
@Timeout(20)
class SharedFolderTest {

  @Nested
  class WalkingByHandles extends Confinement {
    @Override
    SharedFolder open(Path root) {
      return SharedFolder.open(root, SharingPolicy.STRICT);
    }
  }

  @Nested
  class WalkingByPaths extends Confinement {
    @Override
    SharedFolder open(Path root) throws IOException {
      return new SharedFolder(new PathFolder(root.toRealPath()), SharingPolicy.STRICT);
    }
  }

  abstract static class Confinement {

    @TempDir
    Path temp;

    Path root;
    SharedFolder folder;

    abstract SharedFolder open(Path root) throws IOException;

    @BeforeEach
    void share() throws IOException {
      root = Files.createDirectories(temp.resolve("root"));
      Files.createDirectories(root.resolve("sub/deep"));
      Files.writeString(root.resolve("a.txt"), "inside");
      Files.writeString(root.resolve("sub/deep/b.txt"), "deep inside");
      Files.writeString(temp.resolve("secret.txt"), "outside");
      Files.createDirectories(temp.resolve("outside"));
      Files.writeString(temp.resolve("outside/secret.txt"), "outside");
      folder = open(root);
    }

    @AfterEach
    void close() throws IOException {
      folder.close();
    }

    @Test
    void givesAFileInTheRoot() throws IOException {
      assertThat(read("a.txt")).isEqualTo("inside");
    }

    @Test
    void givesAFileBelowTheRoot() throws IOException {
      assertThat(read("sub/deep/b.txt")).isEqualTo("deep inside");
    }

    @Test
    void givesAFileWhoseNameIsBeyondAscii() throws IOException {
      Files.createDirectory(root.resolve(NativePath.of("网络")));
      Files.writeString(root.resolve(NativePath.of("网络")).resolve(NativePath.of("测试.txt")), "你好");
      assertThat(read("网络/测试.txt")).isEqualTo("你好");
    }

    @Test
    void givesAnEmptyFile() throws IOException {
      Files.createFile(root.resolve("empty"));
      assertThat(read("empty")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "../secret.txt",
          "sub/../../secret.txt",
          "/etc/passwd",
          "..",
          ".",
          "",
          "a.txt/",
          "sub//deep/b.txt",
          "./a.txt",
          "sub\\deep\\b.txt",
          "..\\secret.txt",
          "a.txt\0",
          "a.txt\n",
          "%2e%2e/secret.txt",
          "~/secret.txt",
        })
    void givesNothingForAHostileSpelling(String name) {
      assertRefused(name, "");
    }

    @Test
    void refusesWhatIsNotThere() {
      assertRefused("missing", "no such file");
      assertRefused("missing/a.txt", "no such file");
    }

    @Test
    void refusesAFolder() {
      assertRefused("sub", "it is a folder");
    }

    @Test
    void refusesAFileAsAFolder() {
      assertRefused("a.txt/b", "a folder of it is a file");
    }

    @Test
    void refusesALinkThatLeadsOut() throws IOException {
      link("out", temp.resolve("secret.txt"));
      link("relative", Path.of("../secret.txt"));
      assertRefused("out", "it is a link");
      assertRefused("relative", "it is a link");
    }

    @Test
    void refusesALinkThatStaysInside() throws IOException {
      link("in", Path.of("a.txt"));
      assertRefused("in", "it is a link");
    }

    @Test
    void refusesALinkThatLeadsNowhere() throws IOException {
      link("dangling", Path.of("nowhere"));
      assertRefused("dangling", "it is a link");
    }

    @Test
    void refusesAFolderThatIsALink() throws IOException {
      link("folder-out", temp.resolve("outside"));
      link("folder-in", Path.of("sub"));
      link("sub/up", Path.of(".."));
      assertRefused("folder-out/secret.txt", "a folder of it is a link");
      assertRefused("folder-in/deep/b.txt", "a folder of it is a link");
      assertRefused("sub/up/a.txt", "a folder of it is a link");
    }

    @Test
    void neverOpensAFifoSinceThatWouldWaitForItsWriter() throws Exception {
      Process mkfifo = startOrSkip("mkfifo", root.resolve("fifo").toString());
      assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assumeTrue(mkfifo.exitValue() == 0, "mkfifo works here");
      assertRefused("fifo", "a device, a FIFO or a socket");
      assertRefused("fifo/a", "a device, a FIFO or a socket");
    }

    @Test
    void refusesASocket() throws IOException {
      Path path = root.resolve("s");
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(path));
        assertRefused("s", "a device, a FIFO or a socket");
      }
    }

    @Test
    void refusesANameThatIsTooLongForTheFileSystem() {
      assertRefused("x".repeat(300), "");
      assertRefused("x/".repeat(500) + "y", "no such file");
    }

    @Test
    void walksADeepTree() throws IOException {
      String deep = "d/".repeat(100);
      Files.createDirectories(root.resolve(deep));
      Files.writeString(root.resolve(deep + "f"), "deep");
      assertThat(read(deep + "f")).isEqualTo("deep");
    }

    private void link(String name, Path target) throws IOException {
      Files.createSymbolicLink(root.resolve(name), target);
    }

    private String read(String name) throws IOException {
      Opening opening = folder.open(FileName.of(name));
      assertThat(opening).isInstanceOf(StoredFile.class);
      try (StoredFile file = (StoredFile) opening) {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size() + 1);
        file.read(bytes, 0);
        assertThat(bytes.position()).isEqualTo((int) file.size());
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      }
    }

    private void assertRefused(String name, String reason) {
      Naming naming = FileName.parse(name);
      assertThat(naming instanceof FileName harmless ? folder.open(harmless) : naming)
          .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.reason()).contains(reason));
    }
  }

  @TempDir
  Path temp;

  @Test
  void refusesADevice() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/null")), "there are devices here");
    try (SharedFolder dev = SharedFolder.open(Path.of("/dev"), SharingPolicy.STRICT)) {
      assertThat(dev.open(FileName.of("null")))
          .isEqualTo(new Refused("it is a device, a FIFO or a socket"));
    }
  }

  @Test
  void doesNotRunOutOfDescriptors() throws IOException {
    Files.createDirectories(temp.resolve("sub"));
    Files.writeString(temp.resolve("sub/a"), "a");
    try (SharedFolder folder = SharedFolder.open(temp, SharingPolicy.STRICT)) {
      for (int i = 0; i < 3_000; i++) {
        ((StoredFile) folder.open(FileName.of("sub/a"))).close();
        folder.open(FileName.of("sub/b"));
      }
      Path descriptors = Path.of("/proc/self/fd");
      assumeTrue(Files.isDirectory(descriptors), "descriptors can be counted here");
      try (var open = Files.list(descriptors)) {
        assertThat(open.count()).isLessThan(1_000);
      }
    }
  }

  @Test
  void servesTheFolderThatWasOpenedEvenIfItIsRenamed() throws IOException {
    Path root = Files.createDirectory(temp.resolve("root"));
    Files.writeString(root.resolve("a"), "first");
    try (SharedFolder folder = SharedFolder.open(root, SharingPolicy.STRICT)) {
      assumeWalkingByHandles(root);
      Files.move(root, temp.resolve("elsewhere"));
      Files.createDirectory(root);
      Files.writeString(root.resolve("a"), "impostor");
      StoredFile file = (StoredFile) folder.open(FileName.of("a"));
      try (file) {
        assertThat(file.size()).isEqualTo("first".length());
      }
    }
  }

  @Test
  void saysWhyARootCannotBeShared() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> SharedFolder.open(temp.resolve("missing"), SharingPolicy.STRICT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing: there is no such folder");
    assertThatThrownBy(() -> SharedFolder.open(file, SharingPolicy.STRICT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("file: it is no folder");
  }

  @Test
  void takesARootThatIsALinkToAFolder() throws IOException {
    Path real = Files.createDirectory(temp.resolve("real"));
    Files.writeString(real.resolve("a"), "a");
    Path link = Files.createSymbolicLink(temp.resolve("link"), real);
    try (SharedFolder folder = SharedFolder.open(link, SharingPolicy.STRICT)) {
      assertThat(folder.path()).isEqualTo(real.toRealPath());
      ((StoredFile) folder.open(FileName.of("a"))).close();
    }
  }

  private static void assumeWalkingByHandles(Path root) throws IOException {
    try (var stream = Files.newDirectoryStream(root)) {
      assumeTrue(stream instanceof SecureDirectoryStream, "this system can walk by handles");
    }
  }

  private static Process startOrSkip(String... command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException e) {
      assumeTrue(false, command[0] + " is not on this machine");
      throw new AssertionError(e);
    }
  }
}
