package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartFileTest {

  private static final int SIZE = (3 << 20) + 4_567; // four blocks
  private static final Content CONTENT = Content.of(SIZE);
  private static final Instant TIME = Instant.parse("2024-05-06T07:08:09.123456789Z");
  private static final FileVersion VERSION = new FileVersion(1, 2);

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

  private PartFile open() {
    return open("a.bin", SIZE);
  }

  private PartFile open(String name, long size) {
    return PartFile.open(target, safe(name), name("remote/" + name), size);
  }

  private static final String PART = ".a.bin.pipewright-part";
  private static final String JOURNAL = ".a.bin.pipewright-journal";

  @Test
  void appearsUnderItsNameWholeAndWithItsTime() throws IOException {
    try (PartFile part = open()) {
      assertThat(names(folder)).containsExactly(JOURNAL, PART);
      assertThat(Files.size(folder.resolve(PART))).isEqualTo(SIZE);
      CONTENT.fetch(part, 3, 0, 2, 1);

      Placement placement = part.commit(TIME, ExistingFile.REFUSE, true);

      assertThat(placement).isEqualTo(new SavedFile(folder.toRealPath().resolve("a.bin"), SIZE));
    }
    assertThat(names(folder)).containsExactly("a.bin");
    assertThat(folder.resolve("a.bin")).hasBinaryContent(CONTENT.bytes());
    assertThat(target.has(safe("a.bin"), SIZE, TIME)).isTrue();
    assertThat(target.has(safe("a.bin"), SIZE - 1, TIME)).isFalse();
    assertThat(target.has(safe("a.bin"), SIZE, TIME.plusMillis(1))).isFalse();
  }

  @Test
  void isNotCommittedBeforeItIsComplete() {
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0, 1, 3);
      assertThatThrownBy(() -> part.commit(TIME, ExistingFile.OVERWRITE, false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2101719 of 3150295 bytes");
    }
  }

  @Test
  void goesOnWithWhatAnEarlierRunLeft() {
    try (PartFile part = open()) {
      part.addServer("one:1", VERSION);
      CONTENT.fetch(part, 1, 3);
    }
    try (PartFile part = open()) {
      assertThat(part.whyAnew()).isEmpty();
      assertThat(part.servers()).containsExactly(java.util.Map.entry("one:1", VERSION));
      assertThat(part.claimedBlocks().stream()).containsExactly(1, 3);
      assertThat(part.claimedBytes()).isEqualTo((1 << 20) + 4_567);
      assertThat(part.verifiedBytes()).isZero();
      assertThat(part.isClaimed(1)).isTrue();
      assertThat(part.isVerified(1)).isFalse();
      assertThat(part.sum(1)).hasValue(CONTENT.sum(1));
      assertThat(part.sum(0)).isEmpty();

      List<Long> checked = new ArrayList<>();
      part.recheck(checked::add);

      assertThat(checked).containsExactly(1L << 20, (1L << 20) + 4_567);
      assertThat(part.verifiedBlocks().stream()).containsExactly(1, 3);
      assertThat(part.claimedBlocks().stream()).isEmpty();
      CONTENT.fetch(part, 0, 2);
      part.commit(TIME, ExistingFile.REFUSE, false);
    }
    assertThat(folder.resolve("a.bin")).hasBinaryContent(CONTENT.bytes());
  }

  @Test
  void believesNoBlockWhoseBytesAreOthersByNow() throws IOException {
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0, 1, 2, 3);
    }
    try (FileChannel file = FileChannel.open(folder.resolve(PART), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {(byte) ~CONTENT.bytes()[2_000_000]}), 2_000_000);
    }
    try (PartFile part = open()) {
      part.recheck(read -> {});
      assertThat(part.verifiedBlocks().stream()).containsExactly(0, 2, 3);
      CONTENT.fetch(part, 1);
    }
    try (PartFile part = open()) { // of two records on a block the later counts
      part.recheck(read -> {});
      assertThat(part.verifiedBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void beginsAnewWhenTheFileHasAnotherSize() throws IOException {
    try (PartFile part = open()) {
      part.addServer("one:1", VERSION);
      CONTENT.fetch(part, 0);
    }
    try (PartFile part = open("a.bin", SIZE + 1)) {
      assertThat(part.whyAnew()).contains("it had 3,150,295 bytes and has 3,150,296 now");
      assertThat(part.claimedBytes()).isZero();
      assertThat(part.servers()).isEmpty();
      assertThat(Files.size(folder.resolve(PART))).isEqualTo(SIZE + 1);
    }
  }

  @Test
  void beginsAnewForAnotherFileOfTheServer() {
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0);
    }
    try (PartFile part = PartFile.open(target, safe("a.bin"), name("elsewhere/a.bin"), SIZE)) {
      assertThat(part.whyAnew()).contains("it was another file of the server");
      assertThat(part.claimedBytes()).isZero();
    }
  }

  @Test
  void beginsAnewWithoutAJournalOrWithoutTheBytes() throws IOException {
    open().close();
    Files.delete(folder.resolve(JOURNAL));
    try (PartFile part = open()) {
      assertThat(part.whyAnew()).contains("there is no journal of it that can be read");
      CONTENT.fetch(part, 0);
    }
    Files.delete(folder.resolve(PART));
    try (PartFile part = open()) {
      assertThat(part.whyAnew()).contains("its hidden file has 0 bytes and not 3,150,295");
      assertThat(part.claimedBytes()).isZero();
    }
  }

  @Test
  void forgetsEverythingWhenToldTo() {
    try (PartFile part = open()) {
      part.addServer("one:1", VERSION);
      CONTENT.fetch(part, 0, 1);
      part.restart();
      assertThat(part.verifiedBytes()).isZero();
      assertThat(part.servers()).isEmpty();
      part.addServer("one:1", new FileVersion(3, 4));
      CONTENT.fetch(part, 2);
    }
    try (PartFile part = open()) {
      assertThat(part.claimedBlocks().stream()).containsExactly(2);
      assertThat(part.servers()).containsValue(new FileVersion(3, 4)).hasSize(1);
    }
  }

  @Test
  void keepsASecondDownloadOfTheSameFileAway() {
    try (PartFile part = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(PartFileBusyException.class)
          .hasMessageContaining("a.bin is being fetched already");
      assertThatThrownBy(() -> PartFile.removeLeftovers(target, safe("a.bin")))
          .isInstanceOf(PartFileBusyException.class);
      CONTENT.fetch(part, 0);
      open("b.bin", SIZE).close();
    }
    open().close();
  }

  @Test
  void discardsEverything() throws IOException {
    PartFile part = open();
    CONTENT.fetch(part, 0);
    part.discard();
    assertThat(names(folder)).isEmpty();
    part.close();
    open().close();
  }

  @Test
  void removesWhatAnEarlierRunLeftWhenItIsNotWanted() throws IOException {
    open().close();
    PartFile.removeLeftovers(target, safe("a.bin"));
    PartFile.removeLeftovers(target, safe("a.bin"));
    assertThat(names(folder)).isEmpty();
  }

  /** A process that is killed in the middle of giving the name leaves both. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "names are given otherwise there")
  void changesNoFinishedFileThatStillHasTheHiddenName() throws IOException {
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0, 1, 2, 3);
    }
    Files.createLink(folder.resolve("a.bin"), folder.resolve(PART));
    try (PartFile part = open()) {
      assertThat(part.claimedBytes()).isZero();
      part.write(0, Unpooled.wrappedBuffer(new byte[100]));
      assertThat(folder.resolve("a.bin")).hasBinaryContent(CONTENT.bytes());
    }
  }

  @Test
  void refusesToReplaceAndKeepsWhatWasFetched() throws IOException {
    Files.writeString(folder.resolve("a.bin"), "mine");
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0, 1, 2, 3);
      assertThatThrownBy(() -> part.commit(TIME, ExistingFile.REFUSE, false))
          .isInstanceOf(TargetExistsException.class)
          .hasMessageEndingWith("a.bin exists already and is not replaced");
      assertThat(folder.resolve("a.bin")).hasContent("mine");
      part.commit(TIME, ExistingFile.RENAME, false);
    }
    assertThat(names(folder)).containsExactly("a (1).bin", "a.bin");
    assertThat(folder.resolve("a (1).bin")).hasBinaryContent(CONTENT.bytes());
  }

  @ParameterizedTest
  @EnumSource(ExistingFile.class)
  void treatsWhatIsThereAsThePolicyHasIt(ExistingFile policy) throws IOException {
    for (String there : new String[] {"a.bin", "a (1).bin", "a (2).bin"}) {
      Files.writeString(folder.resolve(there), there);
    }
    Placement placement = null;
    try (PartFile part = open("a.bin", 5)) {
      Content.of(5).fetch(part, 0);
      placement = part.commit(TIME, policy, false);
    } catch (TargetExistsException e) {
      assertThat(e.path()).isEqualTo(folder.toRealPath().resolve("a.bin"));
    }
    Path root = folder.toRealPath();
    switch (policy) {
      case REFUSE -> assertThat(placement).isNull();
      case OVERWRITE -> assertThat(placement).isEqualTo(new SavedFile(root.resolve("a.bin"), 5));
      case SKIP -> assertThat(placement).isEqualTo(new KeptFile(root.resolve("a.bin")));
      case RENAME -> assertThat(placement).isEqualTo(new SavedFile(root.resolve("a (3).bin"), 5));
    }
    boolean replaced = policy == ExistingFile.OVERWRITE;
    assertThat(Files.size(folder.resolve("a.bin"))).isEqualTo(replaced ? 5 : "a.bin".length());
    assertThat(folder.resolve("a (1).bin")).hasContent("a (1).bin");
    assertThat(names(folder))
        .hasSize(3 + (policy == ExistingFile.RENAME ? 1 : policy == ExistingFile.REFUSE ? 2 : 0));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void replacesALinkAndNotWhatItLeadsTo() throws IOException {
    Path mine = Files.writeString(folder.resolve("mine"), "mine");
    Files.createSymbolicLink(folder.resolve("a.bin"), mine);
    try (PartFile part = open("a.bin", 5)) {
      Content.of(5).fetch(part, 0);
      part.commit(TIME, ExistingFile.OVERWRITE, false);
    }
    assertThat(mine).hasContent("mine");
    assertThat(folder.resolve("a.bin")).hasBinaryContent(Content.of(5).bytes());
    assertThat(Files.isSymbolicLink(folder.resolve("a.bin"))).isFalse();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void writesThroughNoLinkInPlaceOfItsHiddenFiles() throws IOException {
    Path mine = Files.writeString(folder.resolve("mine"), "mine");
    for (String hidden : new String[] {PART, JOURNAL}) {
      Files.createSymbolicLink(folder.resolve(hidden), mine);
      assertThatThrownBy(this::open)
          .isInstanceOf(NotWritableException.class)
          .hasMessageContaining("something else has the name of its hidden file");
      Files.delete(folder.resolve(hidden));
    }
    assertThat(mine).hasContent("mine");
    open().close();
  }

  @Test
  void saysHowMuchSpaceIsMissingBeforeItBegins() throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    assertThatThrownBy(() -> open("a.bin", usable + (1L << 40)))
        .isInstanceOf(InsufficientSpaceException.class)
        .hasMessageContaining("bytes more and its file system has")
        .satisfies(e -> {
          InsufficientSpaceException space = (InsufficientSpaceException) e;
          assertThat(space.neededBytes()).isEqualTo(usable + (1L << 40));
          assertThat(space.usableBytes()).isPositive();
        });
    assertThatThrownBy(() -> open("a.bin", Long.MAX_VALUE))
        .isInstanceOf(NotWritableException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void savesAnEmptyFile() {
    try (PartFile part = open("empty", 0)) {
      assertThat(part.blocks()).isZero();
      part.commit(TIME, ExistingFile.REFUSE, true);
    }
    assertThat(folder.resolve("empty")).isEmptyFile();
  }

  @Test
  void savesInFoldersBelow() throws IOException {
    try (PartFile part = open("x/网络/a.bin", 5)) {
      Content.of(5).fetch(part, 0);
      part.commit(TIME, ExistingFile.REFUSE, true);
    }
    assertThat(names(folder)).containsExactly("x");
    assertThat(target.find(safe("x/网络/a.bin"))).get().matches(there -> there.size() == 5);
  }

  @Test
  void savesUnderTheLongestName() throws IOException {
    String longest = "x".repeat(255);
    try (PartFile part = open(longest, 5)) {
      Content.of(5).fetch(part, 0);
      part.commit(TIME, ExistingFile.REFUSE, false);
    }
    assertThat(names(folder)).containsExactly(longest);
  }

  @Test
  void refusesBytesThatAreNotItsOwn() {
    try (PartFile part = open()) {
      assertThatThrownBy(() -> part.write(SIZE - 1, Unpooled.wrappedBuffer(new byte[2])))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> part.verified(4, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void knowsItsSha256() throws Exception {
    try (PartFile part = open()) {
      CONTENT.fetch(part, 0, 1, 2, 3);
      byte[] expected = java.security.MessageDigest.getInstance("SHA-256").digest(CONTENT.bytes());
      assertThat(HexFormat.of().formatHex(part.sha256(read -> {})))
          .isEqualTo(HexFormat.of().formatHex(expected));
    }
  }

  @Test
  void saysThatItsFolderIsGone() throws IOException {
    TargetFolder below = TargetFolder.open(Files.createDirectory(folder.resolve("below")));
    PartFile part = PartFile.open(below, safe("a.bin"), name("a.bin"), 5);
    Content.of(5).fetch(part, 0);
    for (String name : names(folder.resolve("below"))) {
      Files.delete(folder.resolve("below").resolve(name));
    }
    assertThatThrownBy(() -> part.commit(TIME, ExistingFile.REFUSE, true))
        .isInstanceOf(NotWritableException.class)
        .hasMessageEndingWith("its folder, or its unfinished file, has been taken away");
    part.close();
    below.close();
  }
}
