package io.pipewright.filetransfer.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions tell the states of a file apart, by both ways of walking. */
@Timeout(60)
class VersionsTest {

  @Nested
  class WalkingByHandles extends Versions {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) {
      return SharedFolder.open(root, policy);
    }

    @Test
    void surviveThatTheRootIsRenamed() throws IOException {
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        Files.move(root, temp.resolve("elsewhere"));
        try (StoredFile again = Stores.open(folder, "sub/f")) {
          assertThat(Stores.read(again)).isEqualTo("first");
          assertThat(again.currentVersion()).isEqualTo(again.version());
          Files.writeString(temp.resolve("elsewhere/sub/f"), "other");
          assertThat(again.currentVersion()).isNotEqualTo(again.version());
        }
        assertThat(file.currentVersion()).isNotEqualTo(file.version());
      }
    }
  }

  @Nested
  class WalkingByPaths extends Versions {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) throws IOException {
      return new SharedFolder(new PathFolder(root.toRealPath()), policy);
    }
  }

  /** A folder of which every look sees another state, since it is written to just before. */
  private record RestlessFolder(PathFolder folder) implements Folder {

    @Override
    public Path path() {
      return folder.path();
    }

    @Override
    public Facts facts(String component) throws IOException {
      Files.writeString(path().resolve(component), "x", APPEND);
      return folder.facts(component);
    }

    @Override
    public Facts glance(String component) throws IOException {
      return facts(component);
    }

    @Override
    public Facts again(String component, Facts before) throws IOException {
      return facts(component);
    }

    @Override
    public boolean spells(String component, Facts facts) {
      return true;
    }

    @Override
    public Path linkTarget(String component) throws IOException {
      return folder.linkTarget(component);
    }

    @Override
    public Folder folder(String component, Facts facts) {
      return folder.folder(component, facts);
    }

    @Override
    public FileChannel file(String component) throws IOException {
      return folder.file(component);
    }

    @Override
    public void names(Consumer<String> taker) throws IOException {
      folder.names(taker);
    }

    @Override
    public Folder staying() {
      return this;
    }

    @Override
    public void leave() {}

    @Override
    public void close() {}
  }

  @Test
  void ofAFileThatIsWrittenAllTheTimeAreNeverConfirmed(@TempDir Path temp) throws IOException {
    Path root = temp.toRealPath();
    Files.writeString(root.resolve("log"), "begun");
    RestlessFolder restless = new RestlessFolder(new PathFolder(root));
    try (SharedFolder folder = new SharedFolder(restless, SharingPolicy.STRICT);
        StoredFile file = Stores.open(folder, "log")) {
      assertThat(file.version()).isNotEqualTo(FileVersion.GONE);
      assertThat(file.size()).isEqualTo(Files.size(root.resolve("log")));
      assertThat(file.currentVersion()).isNotIn(file.version(), FileVersion.GONE);
    }
  }

  abstract static class Versions {

    @TempDir
    Path temp;

    Path root;
    Path path;
    SharedFolder folder;

    abstract SharedFolder open(Path root, SharingPolicy policy) throws IOException;

    @BeforeEach
    void share() throws IOException {
      root = Files.createDirectory(temp.resolve("root"));
      path = Files.createDirectory(root.resolve("sub")).resolve("f");
      Files.writeString(path, "first");
      folder = open(root, SharingPolicy.STRICT);
    }

    @AfterEach
    void close() {
      folder.close();
    }

    @Test
    void ofAFileThatStaysStayToo() throws IOException {
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        assertThat(Stores.read(file)).isEqualTo("first");
        assertThat(file.currentVersion()).isEqualTo(file.version());
        assertThat(Stores.version(folder, "sub/f")).isEqualTo(file.version());
      }
    }

    @Test
    void tellWhenAFileWasChanged() throws IOException {
      Files.setLastModifiedTime(
          path, FileTime.from(Instant.parse("2020-01-02T03:04:05.678901234Z")));
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        assertThat(file.lastModified())
            .isEqualTo(Files.getLastModifiedTime(path).toInstant());
      }
    }

    @Test
    void differWhenAFileIsWrittenOver() throws IOException {
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        Files.writeString(path, "other", WRITE);
        assertChanged(file);
      }
    }

    @Test
    void differWhenAFileIsWrittenOverAndItsTimePutBack() throws IOException {
      assumeChangesAreTold();
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        FileTime before = Files.getLastModifiedTime(path);
        Files.writeString(path, "other", WRITE);
        Files.setLastModifiedTime(path, before);
        assertThat(Stores.open(folder, "sub/f").lastModified()).isEqualTo(file.lastModified());
        assertChanged(file);
      }
    }

    @Test
    void differWhenAFileGrows() throws IOException {
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        FileTime before = Files.getLastModifiedTime(path);
        Files.writeString(path, "first and more");
        Files.setLastModifiedTime(path, before);
        assertChanged(file);
        assertThat(file.size()).isEqualTo(5);
      }
    }

    @Test
    void differWhenAnotherFileTakesTheName() throws IOException {
      Files.writeString(root.resolve("next"), "other");
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        Files.setLastModifiedTime(root.resolve("next"), FileTime.from(file.lastModified()));
        Files.move(root.resolve("next"), path, ATOMIC_MOVE);
        assertChanged(file);
        assertThat(Stores.read(file)).isEqualTo("first");
      }
    }

    @Test
    void areGoneWhenTheFileIs() throws IOException {
      try (StoredFile file = Stores.open(folder, "sub/f")) {
        Files.delete(path);
        assertThat(file.currentVersion()).isEqualTo(FileVersion.GONE);
        Files.createDirectory(path);
        assertThat(file.currentVersion()).isEqualTo(FileVersion.GONE);
        Files.delete(path);
        Files.delete(path.getParent());
        assertThat(file.currentVersion()).isEqualTo(FileVersion.GONE);
      }
    }

    @Test
    void differThoughAllHappensWithinOneStepOfTheClock() throws IOException {
      assumeChangesAreTold();
      for (int i = 0; i < 50; i++) {
        Files.writeString(path, "first", WRITE);
        FileTime time = Files.getLastModifiedTime(path);
        try (StoredFile file = Stores.open(folder, "sub/f")) {
          Files.writeString(path, "other", WRITE);
          Files.setLastModifiedTime(path, time);
          assertThat(file.currentVersion()).as("try %d", i).isNotEqualTo(file.version());
        }
      }
    }

    @Test
    void areFoundThroughLinksToo() throws IOException {
      Files.createSymbolicLink(root.resolve("link"), Path.of("sub/f"));
      try (SharedFolder following = open(root, SharingPolicy.STRICT.withLinksInside());
          StoredFile file = Stores.open(following, "link")) {
        assertThat(file.currentVersion()).isEqualTo(file.version());
        assertThat(Stores.version(following, "sub/f")).isEqualTo(file.version());
        Files.writeString(root.resolve("other"), "other");
        Files.delete(root.resolve("link"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("other"));
        assertChanged(file);
      }
    }

    @Test
    void cannotBeAskedForOfAClosedFile() {
      StoredFile file = Stores.open(folder, "sub/f");
      file.close();
      file.close();
      assertThatThrownBy(() -> Stores.read(file)).isInstanceOf(ClosedChannelException.class);
    }

    private static void assertChanged(StoredFile file) throws IOException {
      assertThat(file.currentVersion()).isNotIn(file.version(), FileVersion.GONE);
    }

    private void assumeChangesAreTold() {
      assumeTrue(UnixFacts.at(path) != null, "this system tells when a file's facts changed");
    }
  }
}
