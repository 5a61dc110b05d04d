package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {

  private static final Instant TIME = Instant.parse("2024-05-06T07:08:09.123456789Z");

  @TempDir
  Path folder;

  private TargetFolder target;

  @BeforeEach
  void openTheFolder() {
    target = TargetFolder.open(folder);
  }

  @AfterEach
  void closeTheFolder() {
    target.close();
  }

  private SmallFile file(String name, int size, ExistingFile policy) {
    return new SmallFile(target, safe(name), size, TIME, policy, true);
  }

  @Test
  void isThereWholeWithItsTimeAndNothingElse() throws IOException {
    byte[] bytes = Content.of(100_000).bytes();
    Placement placement = file("网络/é", bytes.length, ExistingFile.REFUSE)
        .save(ByteBuffer.wrap(bytes, 0, 70_000), ByteBuffer.wrap(bytes, 70_000, 30_000));

    Path path = target.pathOf(safe("网络/é"));
    assertThat(placement).isEqualTo(new SavedFile(path, 100_000));
    assertThat(path).hasBinaryContent(bytes);
    assertThat(Files.getLastModifiedTime(path).toInstant().truncatedTo(ChronoUnit.MICROS))
        .isEqualTo(TIME.truncatedTo(ChronoUnit.MICROS));
    assertThat(names(path.getParent())).hasSize(1);
    target.force();
  }

  @Test
  void mayBeEmpty() {
    file("empty", 0, ExistingFile.REFUSE).save();
    assertThat(folder.resolve("empty")).isEmptyFile();
  }

  @Test
  void treatsWhatIsThereAsThePolicyHasIt() throws IOException {
    Files.writeString(folder.resolve("a"), "old");
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {'n', 'e', 'w'});

    assertThatThrownBy(() -> file("a", 3, ExistingFile.REFUSE).save(bytes.duplicate()))
        .isInstanceOf(TargetExistsException.class);
    assertThat(file("a", 3, ExistingFile.SKIP).save(bytes.duplicate()))
        .isInstanceOf(KeptFile.class);
    assertThat(folder.resolve("a")).hasContent("old");
    assertThat(names(folder)).containsExactly("a");

    file("a", 3, ExistingFile.RENAME).save(bytes.duplicate());
    assertThat(folder.resolve("a (1)")).hasContent("new");
    file("a", 3, ExistingFile.OVERWRITE).save(bytes.duplicate());
    assertThat(folder.resolve("a")).hasContent("new");
    assertThat(names(folder)).containsExactly("a", "a (1)");
  }

  @Test
  void replacesNoFolder() throws IOException {
    Files.createDirectory(folder.resolve("a"));
    assertThatThrownBy(() -> file("a", 1, ExistingFile.OVERWRITE).save(ByteBuffer.allocate(1)))
        .isInstanceOf(NotWritableException.class);
    assertThat(names(folder)).containsExactly("a");
    assertThat(folder.resolve("a")).isDirectory();
  }

  @Test
  void isOneBlockAtMost() {
    assertThatThrownBy(() -> file("a", (1 << 20) + 1, ExistingFile.REFUSE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesAllItsBytesAtOnce() throws IOException {
    for (int bytes : new int[] {0, 4, 6}) {
      assertThatThrownBy(() -> file("a", 5, ExistingFile.REFUSE).save(ByteBuffer.allocate(bytes)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(bytes + " bytes, not 5");
    }
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void saysThatItsFolderIsGone() throws IOException {
    Path below = Files.createDirectory(folder.resolve("below"));
    file("below/a", 1, ExistingFile.REFUSE).save(ByteBuffer.allocate(1));
    Files.delete(below.resolve("a"));
    Files.delete(below);
    assertThatThrownBy(() -> file("below/b", 1, ExistingFile.REFUSE).save(ByteBuffer.allocate(1)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("taken away");
  }
}
