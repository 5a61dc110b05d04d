package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1048576,1048576",
    "12B,12",
    "64KiB,65536",
    "64 KiB,65536",
    "10kB,10000",
    "10KB,10000",
    "10MB,10000000",
    "3MiB,3145728",
    "2GB,2000000000",
    "2GiB,2147483648"
  })
  void binaryAndDecimalUnitsAreToldApart(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "KiB", "-1", "1.5MiB", "64K", "64kib", "1_000", "1TB"})
  void anythingElseIsRefusedWithWhatToWrite(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'" + text + "' is not a size: write 1048576, 64KiB (of 1024) or 10MB (of 1,000,000)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "8589934592GiB"})
  void moreThanALongHoldsIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is more bytes than a file can have");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "1023", "1KiB", "1025", "10000000", "3MiB", "5GiB"})
  void aSizeIsWrittenSoThatItReadsBackTheSame(String text) {
    assertThat(ByteSize.parse(text)).hasToString(text);
  }

  @Test
  void aSizeBeyondAnIntIsTheLargestInt() {
    assertThat(ByteSize.parse("5GiB").intBytes()).isEqualTo(Integer.MAX_VALUE);
    assertThat(ByteSize.parse("5KiB").intBytes()).isEqualTo(5120);
  }
}
