package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeWordsTest {

  private static final String LOST = "\ufffd\ufffd\ufffd";

  @TempDir
  Path folder;

  private NativeWords words;

  @BeforeEach
  void nothingThere() {
    words = new NativeWords(folder.resolve("cmdline"), folder.resolve("environ"));
  }

  @Test
  void lostCharactersOfTheArgumentsComeBack() throws IOException {
    kernelHas("cmdline", "java\0-Dx=中\0Main\0--message\0中\0\0a=b\0", StandardCharsets.UTF_8);
    assertThat(words.arguments("--message", LOST, "", "a=b"))
        .containsExactly("--message", "中", "", "a=b");
  }

  @Test
  void lostCharactersOfTheEnvironmentComeBack() throws IOException {
    kernelHas("environ", "A=中=1\0B=2\0NOT_HERE=中\0=odd\0", StandardCharsets.UTF_8);
    assertThat(words.environment(Map.of("A", LOST + "=1", "B", "2", "C", LOST)))
        .containsExactlyInAnyOrderEntriesOf(Map.of("A", "中=1", "B", "2", "C", LOST));
  }

  @Test
  void whatIsWholeIsNotLookedUp() throws IOException {
    kernelHas("cmdline", "java\0Main\0x\0", StandardCharsets.UTF_8);
    assertThat(words.arguments("中")).containsExactly("中");
    assertThat(words.environment(Map.of("A", "中"))).isEqualTo(Map.of("A", "中"));
  }

  @Test
  void otherWordsThanTheProgramsAreNotTaken() throws IOException {
    kernelHas("cmdline", "java\0Main\0@file\0", StandardCharsets.UTF_8);
    assertThat(words.arguments(LOST)).containsExactly(LOST);
    assertThat(words.arguments(LOST, "b", "c", "d")).containsExactly(LOST, "b", "c", "d");
  }

  @Test
  void bytesThatAreNotUtf8StayLost() throws IOException {
    kernelHas("cmdline", "java\0Main\0中\0", Charset.forName("GBK"));
    assertThat(words.arguments("\ufffd\ufffd")).containsExactly("\ufffd\ufffd");
  }

  @Test
  void aSystemThatKeepsNothingChangesNothing() {
    assertThat(words.arguments(LOST)).containsExactly(LOST);
    assertThat(words.environment(Map.of("A", LOST))).isEqualTo(Map.of("A", LOST));
  }

  private void kernelHas(String file, String content, Charset charset) throws IOException {
    Files.write(folder.resolve(file), content.getBytes(charset));
  }
}
