package io.pipewright.filetransfer.saving;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On a folder of Linux, which tells every spelling apart, and on one that is made to look as those of other systems. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the folder beneath must tell every spelling apart")
class SpellingTest {

  @TempDir
  Path path;

  private Folder exact;
  private Folder loose;

  @BeforeEach
  void openTheFolder() throws IOException {
    exact = SecureFolder.open(path.toRealPath()).orElseThrow();
    loose = new Loose(exact);
  }

  @AfterEach
  void closeTheFolder() throws IOException {
    exact.close();
  }

  private void make(String name) throws IOException {
    Files.writeString(path.resolve(NativePath.of(name)), name);
  }

  @Test
  void takesANameInItsOwnSpelling() throws IOException {
    for (String name : new String[] {"README", "a.txt", "12", "Ä", "A\u0308", "网络"}) {
      make(name);
      assertThatCode(() -> Spelling.check(exact, name)).doesNotThrowAnyException();
      assertThatCode(() -> Spelling.check(loose, name)).doesNotThrowAnyException();
    }
  }

  @Test
  void findsTwinsOnFileSystemsThatTakeThemForOne() throws IOException {
    make("README");
    make("Ä"); // one character
    for (String twin : new String[] {"readme", "ReadMe", "ä", "A\u0308"}) {
      assertThatCode(() -> Spelling.check(exact, twin)).doesNotThrowAnyException();
      assertThatThrownBy(() -> Spelling.check(loose, twin))
          .isInstanceOf(UnsafeNameException.class)
          .hasMessageContaining("there already in another spelling");
    }
  }

  @Test
  void overwritesAndKeepsNoTwin() throws IOException {
    make("README");
    make("hidden");
    for (ExistingFile policy : new ExistingFile[] {ExistingFile.OVERWRITE, ExistingFile.SKIP}) {
      assertThatThrownBy(() -> FinalName.give(loose, NativePath.of("hidden"), "readme", 6, policy))
          .isInstanceOf(UnsafeNameException.class);
    }
  }

  /** A folder that takes spellings for one another. */
  private record Loose(Folder folder) implements Folder {

    @Override
    public boolean wasEmpty() {
      return folder.wasEmpty();
    }

    private Path there(Path name) throws IOException {
      try (var names = Files.newDirectoryStream(path())) {
        for (Path one : names) {
          if (key(one).equals(key(name))) {
            return one.getFileName();
          }
        }
      }
      return name;
    }

    private static String key(Path name) {
      String text = Normalizer.normalize(name.getFileName().toString(), Normalizer.Form.NFD);
      return text.toLowerCase(Locale.ROOT);
    }

    @Override
    public Path path() {
      return folder.path();
    }

    @Override
    public FileChannel open(Path name, Set<OpenOption> how) throws IOException {
      return folder.open(there(name), how);
    }

    @Override
    public Optional<BasicFileAttributes> find(Path name) throws IOException {
      return folder.find(there(name));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      folder.rename(there(from), there(to));
    }

    @Override
    public void renameExclusively(Path from, Path to) throws IOException {
      folder.renameExclusively(there(from), there(to));
    }

    @Override
    public void delete(Path name) throws IOException {
      folder.delete(there(name));
    }

    @Override
    public Folder child(Path name, boolean create) throws IOException {
      return folder.child(there(name), create);
    }

    @Override
    public boolean lists(Path name) throws IOException {
      return folder.lists(name);
    }

    @Override
    public void force() throws IOException {
      folder.force();
    }

    @Override
    public void close() {
      // the one beneath is closed by its test
    }
  }
}
