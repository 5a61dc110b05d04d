package io.pipewright.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IncrementalTextTest {

  private static ByteBuffer hex(String bytes) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
  }

  @Test
  void aCutCharacterComesWithItsRest() {
    IncrementalText text = IncrementalText.of(UTF_8, BadBytes.CLOSE);
    ByteBuffer first = hex("61 e4");
    assertThat(text.feed(first)).isEqualTo("a");
    assertThat(first.hasRemaining()).isFalse();
    assertThat(text.feed(hex("b8"))).isEmpty();
    assertThat(text.feed(hex("ad 62"))).isEqualTo("中b");
    assertThat(text.finish()).isEmpty();
  }

  @Test
  void goodTextComesBeforeTheExceptionForBadBytes() {
    IncrementalText text = IncrementalText.of(UTF_8, BadBytes.CLOSE);
    assertThat(text.feed(hex("61 ff 62"))).isEqualTo("a");
    assertThatThrownBy(() -> text.feed(hex("63"))).isInstanceOf(MalformedTextException.class);
    assertThatThrownBy(text::finish).isInstanceOf(MalformedTextException.class);
    IncrementalText atOnce = IncrementalText.of(UTF_8, BadBytes.CLOSE);
    assertThatThrownBy(() -> atOnce.feed(hex("ff")))
        .isInstanceOf(MalformedTextException.class)
        .hasMessage("the bytes FF are no UTF-8 text");
  }

  @Test
  void anEndWithinACharacterIsBadBytes() {
    IncrementalText strict = IncrementalText.of(UTF_8, BadBytes.CLOSE);
    strict.feed(hex("e4b8"));
    assertThatThrownBy(strict::finish).isInstanceOf(MalformedTextException.class);
    IncrementalText lenient = IncrementalText.of(UTF_8, BadBytes.REPLACE);
    lenient.feed(hex("e4b8"));
    assertThat(lenient.finish()).isEqualTo("\uFFFD");
    assertThat(lenient.feed(hex("61"))).as("another text").isEqualTo("a");
    assertThat(lenient.finish()).isEmpty();
  }

  /** Any charset, any bytes, any cuts: the same text as all at once. */
  @ParameterizedTest
  @MethodSource("charsets")
  void cutsMakeNoDifferenceInAnyCharset(Charset charset) {
    Random random = new Random(charset.name().hashCode());
    for (int round = 0; round < 50; round++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      IncrementalText text = IncrementalText.of(charset, BadBytes.REPLACE);
      StringBuilder read = new StringBuilder();
      for (int from = 0; from < bytes.length; ) {
        int count = Math.min(1 + random.nextInt(4), bytes.length - from);
        read.append(text.feed(ByteBuffer.wrap(bytes, from, count)));
        from += count;
      }
      read.append(text.finish());
      assertThat(read.toString())
          .as(HexFormat.of().formatHex(bytes))
          .isEqualTo(new String(bytes, charset));
    }
  }

  /** All but x-JISAutoDetect, which guesses by what it sees first: the one that cannot be written. */
  static Stream<Charset> charsets() {
    return Charset.availableCharsets().values().stream().filter(Charset::canEncode);
  }
}
