package io.pipewright.udpecho.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.udpecho.session.SequenceWindow.Arrival;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceWindowTest {

  private static List<Arrival> arrivals(SequenceWindow window, long... numbers) {
    List<Arrival> arrivals = new ArrayList<>();
    for (long number : numbers) {
      arrivals.add(window.arrive(number));
    }
    return arrivals;
  }

  @Test
  void whatComesInOrderIsFirstEachTime() {
    assertThat(arrivals(new SequenceWindow(64), 0, 1, 2, 5, 100_000, 1L << 61))
        .containsOnly(Arrival.FIRST);
  }

  @Test
  void whatComesBehindALargerNumberIsReorderedAndASecondTimeADuplicate() {
    assertThat(arrivals(new SequenceWindow(64), 0, 2, 1, 1, 2, 3))
        .containsExactly(
            Arrival.FIRST,
            Arrival.FIRST,
            Arrival.REORDERED,
            Arrival.DUPLICATE,
            Arrival.DUPLICATE,
            Arrival.FIRST);
  }

  @Test
  void whatIsOlderThanTheWindowIsForgotten() {
    SequenceWindow window = new SequenceWindow(64);
    assertThat(arrivals(window, 0, 64, 1, 0))
        .containsExactly(Arrival.FIRST, Arrival.FIRST, Arrival.REORDERED, Arrival.FORGOTTEN);
  }

  @Test
  void aLeapForgetsAllThatWasBefore() {
    SequenceWindow window = new SequenceWindow(128);
    arrivals(window, 0, 1, 2, 3);
    assertThat(arrivals(window, 1_000, 1_000 - 127, 1_000 - 128))
        .containsExactly(Arrival.FIRST, Arrival.REORDERED, Arrival.FORGOTTEN);
  }

  @Test
  void itTellsWhatASetThatForgetsNothingTells() {
    Random random = new Random(5);
    SequenceWindow window = new SequenceWindow(256);
    Set<Long> seen = new HashSet<>();
    long largest = -1;
    for (int i = 0; i < 100_000; i++) {
      long number = Math.max(0, largest + random.nextInt(600) - 400);
      Arrival expected;
      if (number > largest) {
        expected = Arrival.FIRST;
        largest = number;
      } else if (number <= largest - 256) {
        expected = Arrival.FORGOTTEN;
      } else {
        expected = seen.contains(number) ? Arrival.DUPLICATE : Arrival.REORDERED;
      }
      assertThat(window.arrive(number)).as("arrival %d, of %d", i, number).isEqualTo(expected);
      if (expected != Arrival.FORGOTTEN) {
        seen.add(number);
      }
    }
  }

  @Test
  void itsSizeIsAPowerOfTwo() {
    assertThatThrownBy(() -> new SequenceWindow(100)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SequenceWindow(32)).isInstanceOf(IllegalArgumentException.class);
  }
}
