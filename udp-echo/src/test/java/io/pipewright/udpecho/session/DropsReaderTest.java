package io.pipewright.udpecho.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DropsReaderTest {

  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final AtomicInteger reads = new AtomicInteger();
  private final DropsReader reader = new DropsReader(reads::incrementAndGet, tasks::add);

  @Test
  void allWhoAskMeanwhileShareOneReading() {
    List<Long> told = new ArrayList<>();
    for (int i = 0; i < DropsReader.MOST_WAITING; i++) {
      assertThat(reader.read(told::add)).isTrue();
    }
    assertThat(reader.read(told::add)).as("one too many").isFalse();
    assertThat(tasks).hasSize(1);
    tasks.remove().run();

    assertThat(reads).hasValue(1);
    assertThat(told).hasSize(DropsReader.MOST_WAITING).containsOnly(1L);
  }

  @Test
  void whoAsksAfterAReadingHasBegunGetsTheNext() {
    List<Long> told = new ArrayList<>();
    reader.read(first -> {
      told.add(first);
      reader.read(told::add);
    });
    tasks.remove().run();
    assertThat(told).containsExactly(1L, 2L);
    assertThat(tasks).isEmpty();
    reader.read(told::add);
    tasks.remove().run();
    assertThat(told).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aReadingThatFailsSaysThatNothingIsKnown() {
    List<Long> told = new ArrayList<>();
    new DropsReader(
            () -> {
              throw new IllegalStateException("no such file");
            },
            Runnable::run)
        .read(told::add);
    assertThat(told).containsExactly(SessionCounts.UNKNOWN);
  }
}
