package io.pipewright.filetransfer.saving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.filetransfer.store.FileName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeNameTest {

  private static FileName name(String name) {
    return (FileName) FileName.parse(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a/b/c.txt",
        "网络/测试.txt",
        "-rf",
        "~",
        "CONSOLE",
        "nullable.txt",
        "COM",
        "COM10",
        "LPT",
        "a b",
        "what?.txt"
      })
  void savesHarmlessNamesAsTheyAre(String name) {
    assertThat(SafeName.told(name(name))).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CON",
        "con",
        "nul.txt",
        "a/Aux/b",
        "COM1",
        "com9.tar.gz",
        "LPT¹",
        "CONIN$",
        "prn .txt",
        "a:b",
        "c:/x",
        "a.",
        "a ",
        "a./b",
        "...",
        "a/.. ",
        ".a.pipewright-part",
        "x/.a.pipewright-journal"
      })
  void refusesNamesThatMeanSomethingElseSomewhereWhoeverAsks(String name) {
    assertThatThrownBy(() -> SafeName.asked(name(name)))
        .isInstanceOf(UnsafeNameException.class)
        .hasMessageContaining("is not saved: ");
    assertThatThrownBy(() -> SafeName.told(name(name))).isInstanceOf(UnsafeNameException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {".bashrc", "a/.ssh/authorized_keys", "..a"})
  void savesHiddenFilesOnlyForThoseWhoAskForThem(String name) {
    assertThat(SafeName.asked(name(name))).hasToString(name);
    assertThatThrownBy(() -> SafeName.told(name(name)))
        .isInstanceOf(UnsafeNameException.class)
        .hasMessageContaining("hidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a/b", "/", "\\", "a\\b", "a\nb", "a\0b", ".x", "NUL", "\ud800"})
  void takesOneHarmlessComponentFromAListing(String component) {
    SafeName folder = SafeName.asked(name(".config"));

    assertThat(folder.told("a")).hasToString(".config/a");
    assertThatThrownBy(() -> folder.told(component))
        .isInstanceOf(UnsafeNameException.class)
        .satisfies(e -> assertThat(((UnsafeNameException) e).name()).isEqualTo(component));
  }

  @Test
  void refusesComponentsThatNoFileSystemHolds() {
    assertThat(SafeName.told(name("é".repeat(127) + "x")).file()).hasSize(128);
    assertThatThrownBy(() -> SafeName.told(name("é".repeat(128))))
        .isInstanceOf(UnsafeNameException.class)
        .hasMessageContaining("255 bytes");
  }

  @Test
  void showsHostileNamesEscaped() {
    assertThatThrownBy(() -> SafeName.asked(name("a")).told("\u001b[2J\n"))
        .hasMessageContaining("\\x1b[2J\\n")
        .hasMessageNotContaining("\n");
  }
}
