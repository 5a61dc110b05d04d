package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is held of a visit's folders, and that each look decides anew. */
class KeptFoldersTest {

  @TempDir
  Path temp;

  private final KeptFolders kept = new KeptFolders();
  private Path root;
  private Folder outer;

  @BeforeEach
  @SuppressWarnings("StreamResourceLeak") // the folder keeps the stream and closes it
  void share() throws IOException {
    root = Files.createDirectories(temp.resolve("root/sub")).getParent().toRealPath();
    Files.writeString(root.resolve("sub/f"), "inside");
    Files.createDirectory(temp.resolve("outside"));
    var stream = Files.newDirectoryStream(root);
    assumeTrue(stream instanceof SecureDirectoryStream, "this system can walk by handles");
    outer = SecureFolder.outermost(root, (SecureDirectoryStream<Path>) stream);
  }

  @AfterEach
  void close() throws IOException {
    kept.close();
    outer.close();
  }

  private Folder enter(String component) throws IOException {
    return kept.enter(outer, component, outer.glance(component));
  }

  @Test
  void areOpenedOnceAndStayOpenWhenTheyAreLeft() throws IOException {
    Folder sub = enter("sub");
    sub.leave();
    assertThat(enter("sub")).isSameAs(sub);
    assertThat(sub.glance("f").kind()).isEqualTo(Facts.Kind.FILE);
  }

  @Test
  void areOpenedAgainWhenAnotherFolderHasTheName() throws IOException {
    Folder sub = enter("sub");
    Files.move(root.resolve("sub"), temp.resolve("outside/sub"));
    Files.createDirectory(root.resolve("sub"));
    Folder other = enter("sub");
    assertThat(other).isNotSameAs(sub);
    assertThatThrownBy(() -> other.glance("f")).isInstanceOf(IOException.class);
  }

  @Test
  void areNotKeptWhenTheyWereExchangedBehindTheLook() throws IOException {
    Facts seen = outer.glance("sub");
    Files.move(root.resolve("sub"), root.resolve("aside"));
    Files.createDirectory(root.resolve("sub"));
    Folder other = kept.enter(outer, "sub", seen);
    other.leave();
    assertThatThrownBy(() -> other.glance("f")).isInstanceOf(ClosedDirectoryStreamException.class);
    assertThat(kept.enter(outer, "sub", seen)).isNotSameAs(other);
  }

  @Test
  void areClosedWhenTheVisitEndsAndTheOldestWhenThereAreMany() throws IOException {
    Folder first = enter("sub");
    for (int i = 0; i < 8; i++) {
      Files.createDirectory(root.resolve("more" + i));
      enter("more" + i);
    }
    assertThatThrownBy(() -> first.glance("f")).isInstanceOf(ClosedDirectoryStreamException.class);
    Folder again = enter("sub");
    assertThat(again.glance("f").kind()).isEqualTo(Facts.Kind.FILE);
    kept.close();
    assertThatThrownBy(() -> again.glance("f")).isInstanceOf(ClosedDirectoryStreamException.class);
  }

  @Test
  void giveNothingOfAFolderThatHasLeft() throws IOException {
    try (SharedFolder shared = SharedFolder.open(root, new SharingPolicy(true, false));
        FileStore.Visit visit = shared.visit()) {
      FileName name = FileName.of("sub/f");
      try (StoredFile file = (StoredFile) visit.open(name)) {
        assertThat(Stores.read(file)).isEqualTo("inside");
        assertThat(file.currentVersion()).isEqualTo(file.version());
        assertThat(Stores.version(shared, "sub/f")).isEqualTo(file.version());
      }
      Files.move(root.resolve("sub"), temp.resolve("outside/sub"));
      assertThat(visit.open(name)).isInstanceOf(Refused.class);
      Files.createSymbolicLink(root.resolve("sub"), temp.resolve("outside/sub"));
      assertThat(visit.open(name)).isInstanceOf(Refused.class);
    }
  }

  @Test
  void doNotConfirmAFileThatWasChangedBehindItsOpening() throws IOException {
    try (SharedFolder shared = SharedFolder.open(root, SharingPolicy.STRICT);
        FileStore.Visit visit = shared.visit();
        StoredFile file = (StoredFile) visit.open(FileName.of("sub/f"))) {
      Files.writeString(root.resolve("sub/f"), "other");
      assertThat(file.currentVersion()).isNotEqualTo(file.version());
    }
  }
}
