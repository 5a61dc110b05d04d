package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a shared folder says to hold, by both ways of walking. */
@Timeout(60)
class ListingTest {

  @Nested
  class WalkingByHandles extends Listings {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) {
      return SharedFolder.open(root, policy);
    }
  }

  @Nested
  class WalkingByPaths extends Listings {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) throws IOException {
      return new SharedFolder(new PathFolder(root.toRealPath()), policy);
    }
  }

  abstract static class Listings {

    @TempDir
    Path root;

    SharedFolder folder;

    abstract SharedFolder open(Path root, SharingPolicy policy) throws IOException;

    @BeforeEach
    void share() throws IOException {
      folder = open(root, SharingPolicy.STRICT);
    }

    @AfterEach
    void close() {
      folder.close();
    }

    @Test
    void tellsOfFilesAndFoldersWhatOpeningTells() throws IOException {
      Files.writeString(root.resolve("b.txt"), "hello");
      Files.createDirectories(root.resolve("a/deep"));
      List<Entry> entries = Stores.list(folder, "", 10);
      assertThat(entries).extracting(Entry::name).containsExactly("a", "b.txt");
      assertThat(entries)
          .extracting(Entry::kind)
          .containsExactly(Entry.Kind.FOLDER, Entry.Kind.FILE);
      assertThat(entries).extracting(Entry::size).containsExactly(0L, 5L);
      try (StoredFile file = Stores.open(folder, "b.txt")) {
        assertThat(entries.get(1).version()).isEqualTo(file.version());
        assertThat(entries.get(1).lastModified()).isEqualTo(file.lastModified());
      }
    }

    @Test
    void listsFoldersInTheRoot() throws IOException {
      Files.createDirectories(root.resolve("a/deep"));
      Files.writeString(root.resolve("a/deep/f"), "x");
      assertThat(Stores.names(folder, "a", 10)).containsExactly("deep");
      assertThat(Stores.names(folder, "a/deep", 10)).containsExactly("f");
    }

    @Test
    void anEmptyFolderHasOneEmptyPage() {
      assertThat(Stores.page(folder, "", "", 10)).isEqualTo(new Entries(List.of(), false));
    }

    @Test
    void sortsByTheBytesOfNamesWhateverTheSizeOfPages() throws IOException {
      List<String> names =
          new ArrayList<>(List.of("😀", "ￜ", "B", "a", "é", "aa", "a b", "a-b", "网络"));
      IntStream.range(0, 200).mapToObj(i -> "f" + i).forEach(names::add);
      for (String name : names) {
        Files.createFile(root.resolve(NativePath.of(name)));
      }
      names.sort((a, b) -> Arrays.compareUnsigned(
          a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
      for (int limit : new int[] {1, 7, 208, 209, 210, 1_000}) {
        assertThat(Stores.names(folder, "", limit)).as("pages of %d", limit).isEqualTo(names);
      }
    }

    @Test
    void saysThatThereIsMoreOnlyIfThereIs() throws IOException {
      for (String name : List.of("a", "b", "c")) {
        Files.createFile(root.resolve(name));
      }
      assertThat(Stores.page(folder, "", "", 3).more()).isFalse();
      assertThat(Stores.page(folder, "", "", 2).more()).isTrue();
      assertThat(Stores.page(folder, "", "a", 2).more()).isFalse();
      assertThat(Stores.page(folder, "", "c", 2)).isEqualTo(new Entries(List.of(), false));
    }

    @Test
    void beginsBehindANameThatIsGone() throws IOException {
      for (String name : List.of("a", "c", "e")) {
        Files.createFile(root.resolve(name));
      }
      assertThat(Stores.page(folder, "", "b", 9).entries())
          .extracting(Entry::name)
          .containsExactly("c", "e");
    }

    @Test
    void aPageTellsWhatIsThereWhenItIsAsked() throws IOException {
      for (String name : List.of("a", "b", "c", "d")) {
        Files.createFile(root.resolve(name));
      }
      assertThat(Stores.page(folder, "", "", 1).entries())
          .extracting(Entry::name)
          .containsExactly("a");
      Files.delete(root.resolve("b"));
      Files.createFile(root.resolve("bb"));
      assertThat(Stores.page(folder, "", "a", 2).entries())
          .extracting(Entry::name)
          .containsExactly("bb", "c");
    }

    @Test
    void listsNothingHidden() throws IOException {
      Files.createFile(root.resolve(".profile"));
      Files.createDirectory(root.resolve(".git"));
      Files.createFile(root.resolve(".big.iso.pipewright-part"));
      Files.createFile(root.resolve("a"));
      assertThat(Stores.names(folder, "", 10)).containsExactly("a");
      assertThat(folder.list(Optional.of(FileName.of(".git")), Optional.empty(), 1))
          .isEqualTo(new Refused("it is hidden"));
      try (SharedFolder open = open(root, SharingPolicy.STRICT.withHiddenFiles())) {
        assertThat(Stores.names(open, "", 10))
            .containsExactly(".big.iso.pipewright-part", ".git", ".profile", "a");
      }
    }

    @Test
    void listsNoLinksUnlessTheyAreFollowed(@TempDir Path outside) throws IOException {
      Files.writeString(root.resolve("f"), "12345");
      Files.createDirectory(root.resolve("d"));
      Files.createSymbolicLink(root.resolve("to-f"), Path.of("f"));
      Files.createSymbolicLink(root.resolve("to-d"), Path.of("d"));
      Files.createSymbolicLink(root.resolve("dangling"), Path.of("nowhere"));
      Files.createSymbolicLink(root.resolve("circle"), Path.of("circle"));
      Files.createSymbolicLink(root.resolve("out"), outside);
      assertThat(Stores.names(folder, "", 10)).containsExactly("d", "f");
      try (SharedFolder open = open(root, SharingPolicy.STRICT.withLinksInside())) {
        assertThat(Stores.list(open, "", 10))
            .extracting(entry -> entry.name() + " " + entry.kind() + " " + entry.size())
            .containsExactly("d FOLDER 0", "f FILE 5", "to-d FOLDER 0", "to-f FILE 5");
      }
    }

    @Test
    void listsNoNamesThatCannotBeAskedFor() throws IOException {
      Files.createFile(root.resolve("good"));
      Files.createFile(root.resolve("back\\slash"));
      Files.createFile(root.resolve("line\nfeed"));
      Files.createFile(root.resolve("next\u0085line"));
      createLatin1(root, "%E9t%E9"); // "été" in ISO 8859-1 is no UTF-8
      assertThat(Stores.names(folder, "", 10)).containsExactly("good");
    }

    @Test
    void listsNoNamesThatAreTooLongToBeAskedFor() throws IOException {
      String deep = ("d".repeat(249) + "/").repeat(4); // 1000 bytes
      Path last = Files.createDirectories(root.resolve(deep));
      Files.createFile(last.resolve("f".repeat(24)));
      Files.createFile(last.resolve("f".repeat(25)));
      assertThat(Stores.names(folder, deep.substring(0, deep.length() - 1), 10))
          .containsExactly("f".repeat(24));
    }

    @Test
    void listsNoDevicesAndIsNotStoppedByPagesOfThem() throws Exception {
      Stores.mkfifo(root.resolve("a"));
      Stores.mkfifo(root.resolve("b"));
      Files.createFile(root.resolve("c"));
      Stores.mkfifo(root.resolve("d"));
      assertThat(Stores.names(folder, "", 1)).containsExactly("c");
      assertThat(Stores.names(folder, "", 10)).containsExactly("c");
    }

    @Test
    void refusesToListWhatIsNoFolder() throws IOException {
      Files.createFile(root.resolve("f"));
      Files.createSymbolicLink(root.resolve("link"), Path.of("."));
      assertThat(list("f")).isEqualTo(new Refused("it is a file"));
      assertThat(list("link")).isEqualTo(new Refused("it is a link"));
      assertThat(list("missing")).isEqualTo(new Refused("there is no such file"));
    }

    private Listing list(String name) {
      return folder.list(Optional.of(FileName.of(name)), Optional.empty(), 1);
    }

    @Test
    void aPageHasAnEntryAtLeast() {
      assertThatThrownBy(() -> folder.list(Optional.empty(), Optional.empty(), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a page has 1 entry or more, not 0");
    }

    private static void createLatin1(Path root, String escaped) throws IOException {
      try {
        Files.createFile(root.resolve(Path.of(URI.create("file:///" + escaped)).getFileName()));
      } catch (FileSystemException e) {
        assumeTrue(false, "this file system takes any bytes for names");
      }
    }
  }

  @Test
  void everyNameComesOnceThoughAPassKeepsOnlySome(@TempDir Path root) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      names.add("%03d".formatted(i));
    }
    Collections.shuffle(names, new Random(1));
    for (String name : names) {
      Files.createFile(root.resolve(name));
    }
    Collections.sort(names);
    Folder folder = new PathFolder(root.toRealPath());
    try (SharedFolder shared = new SharedFolder(folder, SharingPolicy.STRICT, new Runs(64))) {
      for (int limit : new int[] {1, 10, 63, 64, 65, 200, 499, 500}) {
        assertThat(Stores.names(shared, "", limit)).as("pages of %d", limit).isEqualTo(names);
      }
      assertThat(Stores.names(shared, "", 7)).isEqualTo(names);
    }
  }

  @Test
  void severalMayListTheSameFolderAtTheSameTime(@TempDir Path root) throws IOException {
    for (int i = 0; i < 90; i++) {
      Files.createFile(root.resolve("%02d".formatted(i)));
    }
    Folder folder = new PathFolder(root.toRealPath());
    try (SharedFolder shared = new SharedFolder(folder, SharingPolicy.STRICT, new Runs(9))) {
      String[] after = {"", "", "", ""};
      for (int i = 0; i < 30; i++) {
        for (int client = 0; client < after.length; client++) {
          Entries page = Stores.page(shared, "", after[client], 3);
          assertThat(page.entries())
              .extracting(Entry::name)
              .containsExactly(
                  "%02d".formatted(3 * i),
                  "%02d".formatted(3 * i + 1),
                  "%02d".formatted(3 * i + 2));
          after[client] = "%02d".formatted(3 * i + 2);
        }
      }
    }
  }
}
