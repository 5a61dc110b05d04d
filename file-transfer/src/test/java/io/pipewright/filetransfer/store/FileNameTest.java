package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a.txt",
        "a/b/c.txt",
        "..a",
        "a..",
        "...",
        ".hidden",
        "网络/测试.txt",
        " ",
        "a b",
        "~",
        "-rf"
      })
  void takesHarmlessNamesAsTheyAre(String name) {
    assertThat(FileName.parse(name)).isInstanceOf(FileName.class).hasToString(name);
    assertThat(FileName.parse(name.getBytes(StandardCharsets.UTF_8))).hasToString(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|empty",
        "/etc/passwd|absolute",
        "//a|absolute",
        "..|component ..",
        "../a|component ..",
        "a/..|component ..",
        "a/../../b|component ..",
        ".|component .",
        "./a|component .",
        "a/./b|component .",
        "a//b|empty component",
        "a/|empty component",
        "a\\b|backslash",
        "..\\..\\a|backslash",
        "C:\\a|backslash",
      })
  void refusesHostileSpellings(String name, String reason) {
    assertThat(FileName.parse(name))
        .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.reason()).contains(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\0", "a\0", "a\0.txt", "a\nb", "a\r", "\t", "a\u001b[2J", "\u007f", "a\u0085"})
  void refusesControlCharacters(String name) {
    assertThat(FileName.parse(name))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).contains("control character"));
  }

  @Test
  void refusesBytesThatAreNoUtf8() {
    byte[][] malformed = {
      {(byte) 0xFF},
      {'a', (byte) 0xC3},
      {(byte) 0xC0, (byte) 0xAF}, // an overlong slash
      {(byte) 0xC0, (byte) 0xAE, (byte) 0xC0, (byte) 0xAE}, // overlong dots
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // half a surrogate pair
      "网络".getBytes(java.nio.charset.Charset.forName("GBK")),
    };
    for (byte[] name : malformed) {
      assertThat(FileName.parse(name)).isEqualTo(new Refused("the name is not UTF-8"));
    }
  }

  @Test
  void refusesHalfASurrogatePair() {
    assertThat(FileName.parse("a\ud800")).isInstanceOf(Refused.class);
  }

  @Test
  void countsTheLimitInBytes() {
    assertThat(FileName.parse("a".repeat(1024))).isInstanceOf(FileName.class);
    assertThat(FileName.parse("a".repeat(1025))).isInstanceOf(Refused.class);
    assertThat(FileName.parse("网".repeat(341))).isInstanceOf(FileName.class);
    assertThat(FileName.parse("网".repeat(342))).isInstanceOf(Refused.class);
    assertThat(FileName.parse(new byte[1025])).isInstanceOf(Refused.class);
  }

  @Test
  void tellsTheFileFromItsFolders() {
    FileName name = (FileName) FileName.parse("a/b/c.txt");
    assertThat(name.folders()).containsExactly("a", "b");
    assertThat(name.last()).isEqualTo("c.txt");
  }
}
