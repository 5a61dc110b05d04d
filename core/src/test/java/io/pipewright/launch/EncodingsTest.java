package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EncodingsTest {

  @Test
  void thePosixLocaleMeansUtf8() {
    assertThat(Encodings.choose(null, null, "ANSI_X3.4-1968")).isEqualTo(StandardCharsets.UTF_8);
  }

  @Test
  void aLocaleThatNamesACharsetIsTakenAtItsWord() {
    assertThat(Encodings.choose(null, null, "GBK")).isEqualTo(Charset.forName("GBK"));
  }

  @Test
  void theUsersOwnWordComesFirst() {
    assertThat(Encodings.choose("GBK", null, "UTF-8")).isEqualTo(Charset.forName("GBK"));
  }

  @Test
  void aCharsetThatJavaDoesNotKnowIsPassedOver() {
    assertThat(Encodings.choose("cp 936", "nonsense-8", "ISO-8859-1"))
        .isEqualTo(StandardCharsets.ISO_8859_1);
    assertThat(Encodings.choose(null, null, null)).isEqualTo(StandardCharsets.UTF_8);
  }

  @Test
  void anEncodedStreamWritesTheCharsetsBytesThroughAnAsciiStream() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream ascii = new PrintStream(bytes, true, StandardCharsets.US_ASCII);
    Encodings.encoded(ascii, Charset.forName("GBK")).print("中文");
    Encodings.encoded(ascii, StandardCharsets.UTF_8).print("中");
    assertThat(bytes.toByteArray()).containsExactly(0xd6, 0xd0, 0xce, 0xc4, 0xe4, 0xb8, 0xad);
  }
}
