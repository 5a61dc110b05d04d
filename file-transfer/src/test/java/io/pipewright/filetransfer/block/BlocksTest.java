package io.pipewright.filetransfer.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlocksTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1,1",
    "1048575,1",
    "1048576,1",
    "1048577,2",
    "2600000,3",
    "107374182400,102400",
    "9223372036854775807,8796093022208"
  })
  void aFileHasAsManyBlocksAsItNeeds(long size, long blocks) {
    assertThat(Blocks.count(size)).isEqualTo(blocks);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1048575,0", "1048576,1", "9223372036854775807,8796093022207"})
  void aPositionLiesInTheBlockThatBeginsAtOrBeforeIt(long position, long index) {
    assertThat(Blocks.of(position)).isEqualTo(index);
    assertThat(Blocks.offset(index)).isBetween(0L, position);
  }

  @Test
  void theBlocksOfAFileAreItsSizeTogether() {
    long size = 2_600_000;
    long sum = 0;
    for (long index = 0; index < Blocks.count(size); index++) {
      assertThat(Blocks.offset(index)).isEqualTo(sum);
      sum += Blocks.length(index, size);
    }
    assertThat(sum).isEqualTo(size);
    assertThat(Blocks.length(0, 2 * Blocks.BYTES)).isEqualTo(Blocks.BYTES);
    assertThat(Blocks.length(1, 2 * Blocks.BYTES)).isEqualTo(Blocks.BYTES);
  }

  @ParameterizedTest
  @CsvSource({"0,1048576", "1,1048575", "1048575,1", "1048576,1048576", "9223372036854775807,1"})
  void aLineOfTheGridIsNeverFurtherThanABlock(long position, int bytes) {
    assertThat(Blocks.toNextLine(position)).isEqualTo(bytes);
  }

  @Test
  void whatNoFileHasIsRefused() {
    assertThatThrownBy(() -> Blocks.length(0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Blocks.length(1, Blocks.BYTES))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("a file of 1048576 bytes has no block 1");
    assertThatThrownBy(() -> Blocks.length(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Blocks.offset(1L << 43)).isInstanceOf(ArithmeticException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> Blocks.count(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Blocks.of(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Blocks.offset(-1));
  }
}
