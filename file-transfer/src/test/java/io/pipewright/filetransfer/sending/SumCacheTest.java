package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.store.FileVersion;
import org.junit.jupiter.api.Test;

class SumCacheTest {

  private static final FileVersion ONE = new FileVersion(1, 0);
  private static final FileVersion TWO = new FileVersion(2, 0);

  @Test
  void knowsTheBlocksOfTheVersionAlone() {
    SumCache cache = new SumCache(1 << 20);
    cache.keep(ONE, 0, 5_000, 11);
    cache.keep(ONE, 64, 5_000, 0);
    cache.keep(ONE, 4_999, 5_000, -3);
    assertThat(cache.find(ONE, 0)).hasValue(11);
    assertThat(cache.find(ONE, 64)).as("a sum of 0 is one").hasValue(0);
    assertThat(cache.find(ONE, 4_999)).hasValue(-3);
    assertThat(cache.find(ONE, 1)).isEmpty();
    assertThat(cache.find(ONE, 128)).isEmpty();
    assertThat(cache.find(ONE, 2_000)).isEmpty();
    assertThat(cache.find(TWO, 0)).isEmpty();
  }

  @Test
  void forgetsWhatWasNotUsedForLongestWhenItIsFull() {
    SumCache cache = new SumCache(3 * 4_700);
    for (int gibibyte = 0; gibibyte < 3; gibibyte++) {
      cache.keep(ONE, gibibyte * 1_024L, 1 << 20, gibibyte);
    }
    assertThat(cache.find(ONE, 0)).hasValue(0);
    cache.keep(TWO, 0, 1 << 20, 7);
    assertThat(cache.find(ONE, 0)).as("used last").hasValue(0);
    assertThat(cache.find(ONE, 1_024)).as("used first").isEmpty();
    assertThat(cache.find(TWO, 0)).hasValue(7);
    for (int i = 0; i < 100_000; i++) {
      cache.keep(new FileVersion(i, i), 0, 1, i);
      assertThat(cache.bytes()).isLessThanOrEqualTo(3 * 4_700);
    }
  }

  @Test
  void keepsNothingWithoutRoom() {
    SumCache cache = new SumCache(0);
    cache.keep(ONE, 0, 1, 5);
    assertThat(cache.find(ONE, 0)).isEmpty();
    assertThat(cache.bytes()).isZero();
  }
}
