package io.pipewright.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapedTest {

  private static String bytes(String hex) {
    return Escaped.bytes(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)), 100);
  }

  @Test
  void printableTextStaysAsItIs() {
    String text = "Hello, wörld! \"网络编程\" ~ 🙂";
    assertThat(Escaped.of(text)).isEqualTo(text);
    assertThat(Escaped.bytes(Unpooled.copiedBuffer(text, UTF_8), 100)).isEqualTo(text);
  }

  @Test
  void controlCharactersAreShown() {
    String text = "a\nb\rc\td\\e\0f\u001b[31mg\u007f";
    String shown = "a\\nb\\rc\\td\\\\e\\x00f\\x1b[31mg\\x7f";
    assertThat(Escaped.of(text)).isEqualTo(shown);
    assertThat(Escaped.bytes(Unpooled.copiedBuffer(text, UTF_8), 100)).isEqualTo(shown);
  }

  @Test
  void charactersThatCannotBeSeenOrDisguiseOthersAreShown() {
    String text = "\u0085\u202e\u200b\u2028\ue000\udb40\udc41\ud800!";
    assertThat(Escaped.of(text))
        .isEqualTo("\\u0085\\u202e\\u200b\\u2028\\ue000\\udb40\\udc41\\ud800!");
    assertThat(Escaped.bytes(Unpooled.copiedBuffer("\u0085\u202e\udb40\udc41", UTF_8), 100))
        .isEqualTo("\\u0085\\u202e\\udb40\\udc41");
  }

  @ParameterizedTest
  @CsvSource({
    "ff, \\xff",
    "c3, \\xc3",
    "c328, \\xc3(",
    "e4b8, \\xe4\\xb8",
    "c0af, \\xc0\\xaf", // overlong
    "e080af, \\xe0\\x80\\xaf",
    "f08080af, \\xf0\\x80\\x80\\xaf",
    "eda080, \\xed\\xa0\\x80", // half of a surrogate pair
    "f4908080, \\xf4\\x90\\x80\\x80", // beyond U+10FFFF
    "f8888080, \\xf8\\x88\\x80\\x80",
    "80, \\x80",
    "c4e3, \\xc4\\xe3", // GBK
  })
  void bytesThatAreNoUtf8AreShownAsBytes(String hex, String shown) {
    assertThat(bytes(hex)).isEqualTo(shown);
  }

  @Test
  void theLastAndTheFirstCharacterOfEachLengthAreRead() {
    String edges = "\u0080\u07ff\u0800\uffff\ud800\udc00\udbff\udfff";
    assertThat(Escaped.bytes(Unpooled.copiedBuffer(edges, UTF_8), 100))
        .isEqualTo("\\u0080\u07ff\u0800\\uffff\ud800\udc00\\udbff\\udfff");
  }

  @Test
  void whatIsBeyondTheBoundIsCounted() {
    assertThat(Escaped.of("abcdef", 4)).isEqualTo("abcd… (2 characters more)");
    assertThat(Escaped.of("abcd", 4)).isEqualTo("abcd");
    assertThat(Escaped.of("abc🙂", 4)).isEqualTo("abc… (2 characters more)");
    assertThat(Escaped.of("x".repeat(1_025))).endsWith("x… (1 characters more)");
    ByteBuf buffer = Unpooled.copiedBuffer("ab网络", UTF_8);
    assertThat(Escaped.bytes(buffer, 5)).isEqualTo("ab网… (3 bytes more)");
    assertThat(Escaped.bytes(buffer, 4)).isEqualTo("ab\\xe7\\xbd… (4 bytes more)");
    assertThat(Escaped.bytes(buffer, 0)).isEqualTo("… (8 bytes more)");
  }

  @Test
  void theBufferIsLeftAsItWas() {
    ByteBuf buffer = Unpooled.copiedBuffer("xxhello", UTF_8).skipBytes(2);
    assertThat(Escaped.bytes(buffer, 3)).isEqualTo("hel… (2 bytes more)");
    assertThat(buffer.readerIndex()).isEqualTo(2);
    assertThat(buffer.readableBytes()).isEqualTo(5);
  }
}
