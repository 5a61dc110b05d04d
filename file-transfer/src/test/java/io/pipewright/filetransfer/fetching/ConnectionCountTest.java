package io.pipewright.filetransfer.fetching;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.download.Connections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionCountTest {

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long HUGE = 1L << 50;

  private long now;
  private double bytes;
  private long pauses;
  private int trials;

  /** Runs a line on which a number of connections brings a number of bytes a second. */
  private void run(ConnectionCount count, int seconds, IntToDoubleFunction bytesPerSecond) {
    for (int i = 0; i < 10 * seconds; i++) {
      step(count, bytesPerSecond);
    }
  }

  private void step(ConnectionCount count, IntToDoubleFunction bytesPerSecond) {
    now += STEP_NANOS;
    bytes += bytesPerSecond.applyAsDouble(count.wanted()) / 10;
    int before = count.wanted();
    if (count.decide(now, (long) bytes, HUGE, pauses) > before) {
      trials++;
    }
  }

  @Test
  void aFixedNumberStaysWhatItIs() {
    ConnectionCount count = new ConnectionCount(Connections.exactly(5), now);
    run(count, 30, connections -> 1e6);
    assertThat(count.wanted()).isEqualTo(5);
  }

  @Test
  void whereEachConnectionHasALimitOfItsOwnThereAreSoonEight() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    assertThat(count.wanted()).isEqualTo(1);
    run(count, 15, connections -> connections * 10e6);
    assertThat(count.wanted()).isEqualTo(8);
  }

  @Test
  void whereOneFillsTheLineItStaysOneAndIsTriedMoreAndMoreRarely() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    run(count, 60, connections -> 100e6);
    int first = trials;
    assertThat(first).isBetween(3, 6);
    run(count, 60, connections -> 100e6);
    assertThat(trials - first).isLessThanOrEqualTo(2);
    run(count, 2, connections -> 100e6);
    assertThat(count.wanted()).isEqualTo(1);
  }

  @Test
  void whereNothingComesNoMoreAreTried() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    run(count, 60, connections -> 0);
    assertThat(count.wanted()).isEqualTo(1);
    assertThat(trials).isZero();
  }

  @Test
  void whereThreeFillTheLineThereAreThree() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    run(count, 9, connections -> Math.min(connections, 3) * 10e6);
    assertThat(count.wanted()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void goodputThatIsNoisyWithoutGettingMoreDoesNotKeepASecondOne(long seed) {
    Random random = new Random(seed);
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    int tooMany = 0;
    for (int i = 0; i < 60; i++) {
      double noise =
          0.85 + 0.3 * random.nextDouble(); // of a second: a trial may seem to bring 30 %
      run(count, 1, connections -> noise * 100e6);
      tooMany += count.wanted() - 1;
    }
    assertThat(tooMany).as("seconds with one too many").isLessThan(20);
  }

  @Test
  void oneThatWasKeptIsWithdrawnIfTheRiseDoesNotLast() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    while (count.wanted() < 3) { // the second is kept, the third on trial
      step(count, connections -> connections * 10e6);
    }
    run(count, 4, connections -> 10e6);
    assertThat(count.wanted()).isEqualTo(1);
  }

  @Test
  void whereTheDiskCannotFollowNoFurtherOneIsTried() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    for (int second = 0; second < 30; second++) {
      pauses++;
      run(count, 1, connections -> connections * 10e6);
    }
    assertThat(trials).isZero();
    run(count, 3, connections -> connections * 10e6);
    assertThat(count.wanted()).isGreaterThan(1);
  }

  @Test
  void aTrialThatTheDiskInterruptsIsWithdrawn() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    while (count.wanted() == 1) {
      run(count, 1, connections -> 10e6);
    }
    for (int second = 0; second < 3; second++) {
      pauses++;
      run(count, 1, connections -> connections * 10e6);
    }
    assertThat(count.wanted()).isEqualTo(1);
  }

  @Test
  void thereIsOneForEachServerToBeginWith() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    count.serverJoined();
    count.serverJoined();
    assertThat(count.wanted()).isEqualTo(3);
    for (int i = 0; i < 30; i++) {
      count.serverJoined();
    }
    assertThat(count.wanted()).isEqualTo(8);
  }

  @Test
  void nothingIsTriedShortlyBeforeTheEnd() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    for (int i = 0; i < 100; i++) {
      now += STEP_NANOS;
      bytes += 1e6;
      count.decide(now, (long) bytes, 15_000_000, 0);
    }
    assertThat(count.wanted()).isEqualTo(1);
  }

  @Test
  void aServerThatRefusesFurtherConnectionsIsNotPressed() {
    ConnectionCount count = new ConnectionCount(Connections.auto(), now);
    run(count, 3, connections -> connections * 10e6);
    assertThat(count.wanted()).isGreaterThan(1);
    count.refused(1, now, (long) bytes);
    assertThat(count.wanted()).isEqualTo(1);
    run(count, 3, connections -> 10e6);
    assertThat(count.wanted()).isEqualTo(1);
  }
}
