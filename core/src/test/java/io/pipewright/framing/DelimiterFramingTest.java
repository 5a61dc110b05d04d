package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.decoding;
import static io.pipewright.framing.FramingTesting.encoded;
import static io.pipewright.framing.FramingTesting.refusal;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DelimiterFramingTest {

  private static DelimiterFraming ascii(String delimiter) {
    return Framing.delimiter(delimiter, US_ASCII);
  }

  @Test
  void aDelimiterOfOneByteEndsFrames() {
    decoding(ascii("|"), "a|bc||d|").yields("a", "bc", "", "d");
    decoding(Framing.delimiter((byte) 0), "a\0\0").yields("a", "");
  }

  @Test
  void aDelimiterOfManyBytesIsFoundWhereverReadsCutIt() {
    decoding(ascii("\r\n.\r\n"), "mail\r\n.\r\n\r\n.\r\r\n.\r\n").yields("mail", "\r\n.\r");
  }

  @Test
  void aDelimiterThatOverlapsItselfIsFound() {
    decoding(ascii("aab"), "aaab").yields("a");
    decoding(ascii("aab"), "xaaaabaab").yields("xaa", "");
    decoding(ascii("abab"), "aababababaabab").yields("a", "", "a");
    decoding(ascii("aa"), "aaaabaa").yields("", "", "b");
    decoding(ascii("abcabd"), "abcabcabdabcabd").yields("abc", "");
  }

  @Test
  void anyDelimiterIsFoundWhereASearchInTheWholeFindsIt() {
    Random random = new Random(42);
    for (int round = 0; round < 50; round++) {
      String delimiter = random(random, 1 + random.nextInt(5));
      String content = random(random, 60) + delimiter;
      List<String> frames = new ArrayList<>();
      int from = 0;
      for (int at = content.indexOf(delimiter); at >= 0; at = content.indexOf(delimiter, from)) {
        frames.add(content.substring(from, at));
        from = at + delimiter.length();
      }
      decoding(ascii(delimiter), content.substring(0, from)).yields(frames.toArray());
    }
  }

  private static String random(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextBoolean() ? 'a' : 'b');
    }
    return text.toString();
  }

  @Test
  void framesCarryTheirDelimiterWhenToldTo() {
    decoding(ascii("--").keepDelimiter(), "a----").yields("a--", "--");
    assertThat(ascii("--").keepDelimiter().newEncoder()).isEmpty();
  }

  @Test
  void theMaximumCountsWithoutTheDelimiter() {
    decoding(ascii("--").maxLength(3), "abc--").yields("abc");
    decoding(ascii("--").maxLength(3), "ab---a--").yields("ab", "-a");
    decoding(ascii("--").maxLength(3), "ok--abcd--").fails(FrameTooLongException.class, "ok");
    decoding(ascii("--").maxLength(3), "ok--abcd").fails(FrameTooLongException.class, "ok");
    decoding(ascii("--").maxLength(3), "ok--abc-x").fails(FrameTooLongException.class, "ok");
  }

  @Test
  void theEncoderAppendsTheDelimiter() {
    assertThat(encoded(ascii("\r\n.\r\n"), "mail")).isEqualTo("mail\r\n.\r\n");
    assertThat(encoded(ascii("aab"), "xaa")).isEqualTo("xaaaab");
    assertThat(encoded(ascii("|"), "")).isEqualTo("|");
  }

  @Test
  void theEncoderRefusesWhatWouldBeReadAsSomethingElse() {
    assertThat(refusal(ascii("|"), "a|b")).isInstanceOf(UnframeableMessageException.class);
    assertThat(refusal(ascii("--"), "--")).isInstanceOf(UnframeableMessageException.class);
    assertThat(refusal(ascii("--"), "a-"))
        .as("its end and the delimiter's beginning make a delimiter")
        .isInstanceOf(UnframeableMessageException.class);
    assertThat(refusal(ascii("--").maxLength(2), "abc")).isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void whatTheEncoderLetsPassIsReadBackAsItWas() {
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < 100; round++) {
      DelimiterFraming framing = ascii(random(random, 1 + random.nextInt(4)));
      String message = random(random, random.nextInt(6));
      if (new Delimiter(framing.delimiterBytes().orElseThrow())
          .ends(FramingTesting.buffer(message))) {
        decoding(framing, encoded(framing, message)).yields(message);
      } else {
        assertThat(refusal(framing, message)).isInstanceOf(UnframeableMessageException.class);
        refused++;
      }
    }
    assertThat(refused).as("of 100 random messages").isBetween(10, 90);
  }

  @Test
  void anEmptyDelimiterIsRefused() {
    assertThatThrownBy(Framing::delimiter)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("delimiter: needs one byte or more");
    assertThatThrownBy(() -> Framing.delimiter("", UTF_8))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void describesItself() {
    assertThat(ascii("\r\n|").maxLength(100))
        .hasToString("delimited by 0D 0A 7C, at most 100 bytes");
    assertThat(ascii("|").keepDelimiter())
        .hasToString("delimited by 7C (kept), at most 65536 bytes");
    assertThat(ascii("|").delimiterBytes()).contains(new byte[] {'|'});
    assertThat(ascii("|").maxFrameBytes()).hasValue(65_536);
  }

  @Test
  void aDelimiterIsTheFramingsOwnCopy() {
    byte[] delimiter = {'|'};
    DelimiterFraming framing = Framing.delimiter(delimiter);
    delimiter[0] = '!';
    framing.delimiterBytes().orElseThrow()[0] = '!';
    decoding(framing, "a!|").yields("a!");
  }
}
