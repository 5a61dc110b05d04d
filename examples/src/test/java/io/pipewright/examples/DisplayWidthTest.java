package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisplayWidthTest {

  @Test
  void latinTakesOneColumnAndChineseJapaneseAndKoreanTwo() {
    assertThat(DisplayWidth.of("abc é ✓ ─")).isEqualTo(9);
    assertThat(DisplayWidth.of("网络，。")).isEqualTo(8);
    assertThat(DisplayWidth.of("かなカナ")).isEqualTo(8);
    assertThat(DisplayWidth.of("한글")).isEqualTo(4);
    assertThat(DisplayWidth.of("ＡＢ")).isEqualTo(4);
  }

  @Test
  void charactersBeyondTheFirstPlaneAreCountedOnce() {
    assertThat(DisplayWidth.of("𠀀")).isEqualTo(2);
    assertThat(DisplayWidth.of("😀")).isEqualTo(2);
    assertThat(DisplayWidth.of("𝄞")).isEqualTo(1);
  }

  @Test
  void combiningMarksTakeNoColumn() {
    assertThat(DisplayWidth.of("e\u0301")).isEqualTo(1);
    assertThat(DisplayWidth.of("a\u200bb")).isEqualTo(2);
  }
}
