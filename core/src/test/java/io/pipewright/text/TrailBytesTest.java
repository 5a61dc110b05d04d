package io.pipewright.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.BitSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrailBytesTest {

  private static final Charset GBK = Charset.forName("GBK");

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "7C GBK true", // |
        "0A GBK false",
        "0D0A GBK false",
        "00 GBK false",
        "3B GBK false", // ;
        "5C GBK true", // \
        "7C7C GBK true",
        "D6D0 GBK true", // a character, but its bytes can be halves of two others
        "81 GBK true", // the first half of a character
        "0A81 GBK true",
        "35 GBK false", // 5
        "35 GB18030 true", // second of four bytes
        "0A GB18030 false",
        "7C GB18030 true",
        "7C Big5 true",
        "7C Shift_JIS true",
        "0A Shift_JIS false",
        "0A UTF-8 false",
        "7C UTF-8 false",
        "C2B7 UTF-8 false", // a whole character
        "C2 UTF-8 true", // half of one
        "B7 UTF-8 true",
        "FF UTF-8 false", // no part of any
        "0A UTF-16 true",
        "0A UTF-16LE true",
        "000A UTF-16BE true",
        "0A00 UTF-16LE true",
        "0A UTF-32 true",
        "0A ISO-8859-1 false",
        "FF ISO-8859-1 false",
        "0A ISO-2022-JP false",
        "7C ISO-2022-JP true",
        "0A EUC-JP false",
        "7C EUC-JP false",
      })
  void aDelimiterThatCanSitInsideACharacterIsFoundOut(
      String hex, String charset, boolean expected) {
    byte[] delimiter = HexFormat.of().parseHex(hex);
    assertThat(TextCodec.canSplit(delimiter, Charset.forName(charset))).isEqualTo(expected);
  }

  @Test
  void theTrailBytesOfACharsetAreThoseOfItsDefinition() {
    assertThat(TextCodec.trailBytes(UTF_8)).isEqualTo(range(0x80, 0xbf));
    BitSet gbk = range(0x40, 0x7e);
    gbk.or(range(0x80, 0xfe));
    assertThat(TextCodec.trailBytes(GBK)).isEqualTo(gbk);
    BitSet gb18030 = range(0x30, 0x39);
    gb18030.or(gbk);
    assertThat(TextCodec.trailBytes(Charset.forName("GB18030"))).isEqualTo(gb18030);
    assertThat(TextCodec.trailBytes(ISO_8859_1)).isEqualTo(new BitSet());
    for (Charset wide : new Charset[] {UTF_16, UTF_16BE, UTF_16LE}) {
      assertThat(TextCodec.trailBytes(wide)).isEqualTo(range(0, 0xff));
    }
  }

  @Test
  void aCharsetThatCannotBeAskedMayDoAnything() {
    assertThat(TextCodec.trailBytes(Charset.forName("x-JISAutoDetect"))).isEqualTo(range(0, 0xff));
  }

  @Test
  void theSetIsTheCallersOwn() {
    TextCodec.trailBytes(UTF_8).clear();
    assertThat(TextCodec.trailBytes(UTF_8)).isEqualTo(range(0x80, 0xbf));
  }

  private static BitSet range(int first, int last) {
    BitSet set = new BitSet();
    set.set(first, last + 1);
    return set;
  }
}
