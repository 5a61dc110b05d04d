package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FileVersionTest {

  private static final String HEX = "ba7816bf8f01cfea414140de5dae2223";

  @Test
  void isTheBeginningOfTheSha256OfItsFacts() {
    assertThat(FileVersion.ofFacts("abc".getBytes(StandardCharsets.US_ASCII))).hasToString(HEX);
  }

  @Test
  void isWhatItsBytesAre() {
    byte[] bytes = HexFormat.of().parseHex(HEX);
    assertThat(FileVersion.of(bytes).toBytes()).isEqualTo(bytes);
    assertThat(FileVersion.of(bytes)).isEqualTo(FileVersion.of(bytes.clone()));
    assertThat(FileVersion.of(bytes)).isNotEqualTo(FileVersion.GONE);
  }

  @Test
  void hasSixteenBytes() {
    assertThatThrownBy(() -> FileVersion.of(new byte[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a version has 16 bytes, not 15");
  }
}
