package io.pipewright.filetransfer.fetching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GoodputTest {

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Goodput goodput = new Goodput(0);
  private long now;
  private long bytes;

  private void run(int seconds, long bytesPerSecond) {
    for (int i = 0; i < 20 * seconds; i++) {
      now += STEP_NANOS;
      bytes += bytesPerSecond / 20;
      goodput.sample(now, bytes);
    }
  }

  @Test
  void itIsUnknownAtFirst() {
    assertThat(goodput.bytesPerSecond()).isZero();
  }

  @Test
  void itIsTheRateOfTheLastSecondsNotOfTheWholeTime() {
    run(10, 1_000_000);
    assertThat(goodput.bytesPerSecond()).isCloseTo(1_000_000, within(1_000.0));
    run(3, 50_000_000);
    assertThat(goodput.bytesPerSecond()).isCloseTo(50_000_000, within(50_000.0));
    run(3, 0);
    assertThat(goodput.bytesPerSecond()).isZero();
  }

  @Test
  void aWindowIsASecondsWorthWithinItsBounds() {
    assertThat(Window.blocks(0)).isEqualTo(4);
    assertThat(Window.blocks(10 << 20)).isEqualTo(10);
    assertThat(Window.blocks(1e9)).isEqualTo(64);
  }
}
