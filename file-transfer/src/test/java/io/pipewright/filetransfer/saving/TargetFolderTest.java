package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
class TargetFolderTest {

  @TempDir
  Path base;

  private Path folder;
  private Path outside;
  private TargetFolder target;

  @BeforeEach
  void makeTheFolders() throws IOException {
    folder = Files.createDirectory(base.resolve("folder"));
    outside = Files.createDirectory(base.resolve("outside"));
  }

  @AfterEach
  void closeTheFolder() {
    if (target != null) {
      target.close();
    }
  }

  /** How a folder is walked: by handles, and as where there are none. */
  interface Opener {
    TargetFolder open(Path path) throws IOException;
  }

  static Stream<Opener> openers() {
    return Stream.of(TargetFolder::open, TargetFolder::openChecked);
  }

  private void save(String name) {
    new SmallFile(target, safe(name), 1, Instant.EPOCH, ExistingFile.REFUSE, true)
        .save(ByteBuffer.allocate(1));
  }

  @ParameterizedTest
  @MethodSource("openers")
  void makesFoldersAsNamesHaveThem(Opener opener) throws IOException {
    target = opener.open(folder);
    save("a/b/c/d");
    save("a/b/c/e");
    save("a/f");
    save("g");
    target.force();
    assertThat(names(folder)).containsExactly("a", "g");
    assertThat(names(folder.resolve("a"))).containsExactly("b", "f");
    assertThat(names(folder.resolve("a/b/c"))).containsExactly("d", "e");
  }

  @ParameterizedTest
  @MethodSource("openers")
  void knowsThatNothingIsInAFolderThatItHasMade(Opener opener) throws IOException {
    Files.createDirectory(folder.resolve("old"));
    target = opener.open(folder);
    assertThat(target.mayHave(safe("new/a"))).isTrue();
    save("new/b");
    save("old/b");
    save("c");
    assertThat(target.mayHave(safe("new/a"))).isFalse();
    assertThat(target.mayHave(safe("old/a"))).isTrue();
    assertThat(target.mayHave(safe("a"))).isTrue();
  }

  @ParameterizedTest
  @MethodSource("openers")
  void knowsThatNothingIsInAFolderThatWasEmpty(Opener opener) throws IOException {
    target = opener.open(folder);
    save("c");
    assertThat(target.mayHave(safe("a"))).isFalse();
    try (TargetFolder again = opener.open(folder)) {
      assertThat(again.mayHave(safe("a"))).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("openers")
  void isLedOutsideByNoLink(Opener opener) throws IOException {
    target = opener.open(folder);
    Files.createSymbolicLink(folder.resolve("link"), outside);
    Files.createDirectory(folder.resolve("a"));
    Files.createSymbolicLink(folder.resolve("a/link"), outside);
    Files.createSymbolicLink(folder.resolve("inside"), folder.resolve("a"));
    for (String name : new String[] {"link/x", "a/link/x", "a/link/y/x", "inside/x"}) {
      assertThatThrownBy(() -> save(name))
          .isInstanceOf(NotWritableException.class)
          .hasMessageEndingWith("it is no folder, or a link to one");
      assertThatThrownBy(() -> PartFile.open(target, safe(name), name(name), 1))
          .isInstanceOf(NotWritableException.class);
      assertThatThrownBy(() -> target.find(safe(name))).isInstanceOf(NotWritableException.class);
    }
    assertThat(names(outside)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("openers")
  void saysWhatHasAName(Opener opener) throws IOException {
    target = opener.open(folder);
    Files.writeString(folder.resolve("file"), "four");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("file"));
    assertThat(target.find(safe("file"))).get().matches(there -> there.size() == 4);
    assertThat(target.find(safe("link"))).get().matches(there -> there.isSymbolicLink());
    assertThat(target.find(safe("none"))).isEmpty();
    assertThat(target.find(safe("no/folder"))).isEmpty();
    assertThat(names(folder)).containsExactly("file", "link");
    assertThatThrownBy(() -> target.find(safe("file/below")))
        .hasMessageContaining("it is no folder");
  }

  @ParameterizedTest
  @MethodSource("openers")
  void keepsFewFoldersOpen(Opener opener) throws IOException {
    target = opener.open(folder);
    long before = openFiles();
    for (int i = 0; i < 100; i++) {
      save("f" + i + "/x");
    }
    assertThat(openFiles() - before).isLessThan(80);
    for (int i = 0; i < 100; i++) {
      save("f" + i + "/y");
    }
    assertThat(names(folder)).hasSize(100);
    target.force();
  }

  private static long openFiles() throws IOException {
    Path mine = Path.of("/proc/self/fd");
    return Files.isDirectory(mine) ? names(mine).size() : 0;
  }

  @ParameterizedTest
  @MethodSource("openers")
  void refusesAFolderThatIsNone(Opener opener) throws IOException {
    Path file = Files.createFile(base.resolve("file"));
    assertThatThrownBy(() -> TargetFolder.open(file))
        .isInstanceOf(NotWritableException.class)
        .hasMessageEndingWith("it is no folder");
    assertThatThrownBy(() -> TargetFolder.open(base.resolve("none")))
        .hasMessageEndingWith("there is no such folder");
    target = opener.open(folder);
    assertThat(target.path()).isEqualTo(folder.toRealPath());
    assertThat(target.pathOf(safe("a/b")))
        .isEqualTo(folder.toRealPath().resolve("a").resolve("b"));
  }

  /** Beside files being saved, somebody exchanges a folder on their way for a link, and back, all the time. */
  @Test
  @Timeout(60)
  void isLedOutsideByNoLinkThatComesInTheMiddle() throws Exception {
    Path a = folder.resolve("a");
    AtomicInteger exchanged = new AtomicInteger();
    Thread exchanger = new Thread(() -> {
      while (!Thread.interrupted()) {
        try {
          Files.move(a, base.resolve("aside" + exchanged.get()));
          Files.createSymbolicLink(a, outside);
          exchanged.incrementAndGet();
          Files.delete(a);
        } catch (IOException e) {
          // the other side has not made it yet, or has made it again
        }
      }
    });
    exchanger.start();
    int saved = 0;
    int refused = 0;
    long end = System.nanoTime() + 700_000_000L;
    for (int i = 0; System.nanoTime() < end; i++) {
      try (TargetFolder each = TargetFolder.open(folder)) {
        target = each;
        save("a/b" + i % 50 + "/x" + i);
        saved++;
      } catch (SavingException e) {
        refused++;
      }
    }
    target = null;
    exchanger.interrupt();
    exchanger.join();
    assertThat(names(outside)).as("%d saved, %d refused", saved, refused).isEmpty();
    assertThat(exchanged).hasPositiveValue();
  }
}
