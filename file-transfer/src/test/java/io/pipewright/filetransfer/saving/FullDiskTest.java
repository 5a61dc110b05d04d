package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On a file system of 4 MiB, which only root can mount. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the small file system is a tmpfs")
class FullDiskTest {

  private static final int SIZE = 3 << 20;
  private static final Content CONTENT = Content.of(SIZE);

  @TempDir
  Path folder;

  private TargetFolder target;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs"), "this user may not mount");
    target = TargetFolder.open(folder);
  }

  @AfterEach
  void unmount() throws Exception {
    if (target != null) {
      target.close();
      run("umount");
    }
  }

  private boolean run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.command().add(folder.toString());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      return builder.start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  private PartFile open(long size) {
    return PartFile.open(target, safe("a"), name("a"), size);
  }

  @Test
  void beginsNothingThatHasNoRoom() throws IOException {
    assertThatThrownBy(() -> open(5 << 20))
        .isInstanceOf(InsufficientSpaceException.class)
        .hasMessageContaining("needs 5,242,880 bytes more and its file system has 4,19");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void countsWhatIsHereAlreadyWhenItGoesOn() throws IOException {
    try (PartFile part = open(SIZE)) {
      CONTENT.fetch(part, 0, 1);
    }
    try (PartFile part = open(SIZE)) { // less than 2 MiB are free, and 1 MiB is needed
      part.recheck(read -> {});
      CONTENT.fetch(part, 2);
      part.commit(Instant.EPOCH, ExistingFile.REFUSE, true);
    }
    assertThat(folder.resolve("a")).hasBinaryContent(CONTENT.bytes());
  }

  @Test
  void keepsWhatIsRightWhenTheDiskRunsFull() throws IOException {
    try (PartFile part = open(SIZE)) {
      CONTENT.fetch(part, 0);
      Files.write(folder.resolve("somebody's"), new byte[5 << 19]);
      assertThatThrownBy(() -> CONTENT.fetch(part, 1, 2))
          .isInstanceOf(NotWritableException.class)
          .hasMessageContaining("No space left on device");
    }
    assertThatThrownBy(() -> open(SIZE)).isInstanceOf(InsufficientSpaceException.class);
    Files.delete(folder.resolve("somebody's"));
    try (PartFile part = open(SIZE)) {
      part.recheck(read -> {});
      assertThat(part.isVerified(0)).isTrue();
      CONTENT.fetch(part, part.isVerified(1) ? new long[] {2} : new long[] {1, 2});
      part.commit(Instant.EPOCH, ExistingFile.REFUSE, true);
    }
    assertThat(folder.resolve("a")).hasBinaryContent(CONTENT.bytes());
  }

  @Test
  void leavesNothingOfASmallFile() throws IOException {
    Files.write(folder.resolve("somebody's"), new byte[(4 << 20) - 10_000]);
    SmallFile file =
        new SmallFile(target, safe("a"), 50_000, Instant.EPOCH, ExistingFile.REFUSE, true);
    assertThatThrownBy(() -> file.save(ByteBuffer.allocate(50_000)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("No space left on device");
    assertThat(names(folder)).containsExactly("somebody's");
  }

  @Test
  void saysThatTheDiskIsReadOnly() throws Exception {
    assertThat(run("mount", "-o", "remount,ro")).isTrue();
    SmallFile file = new SmallFile(target, safe("a"), 1, Instant.EPOCH, ExistingFile.REFUSE, true);
    assertThatThrownBy(() -> file.save(ByteBuffer.allocate(1)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageEndingWith("Read-only file system");
    assertThatThrownBy(() -> open(SIZE)).hasMessageEndingWith("Read-only file system");
    assertThatThrownBy(() -> PartFile.open(target, safe("x/a"), name("a"), 1))
        .hasMessageEndingWith("Read-only file system");
  }
}
