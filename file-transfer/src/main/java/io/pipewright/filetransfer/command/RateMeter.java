package io.pipewright.filetransfer.command;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How fast a number has grown within the last few seconds. Thread-safe. */
final class RateMeter {

  private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();
  /** More often than this nobody looks, and the window stays small. */
  private static final long STEP_NANOS = Duration.ofMillis(100).toNanos();

  private record Sample(long nanos, long value) {}

  private final LongSupplier clock;
  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  RateMeter(LongSupplier clock) {
    this.clock = clock;
  }

  /** Tells it the number as it is now. */
  synchronized void add(long value) {
    long now = clock.getAsLong();
    if (samples.size() > 1 && now - lastButOne() < STEP_NANOS) {
      samples.removeLast(); // the newest of a step stands for it
    }
    samples.addLast(new Sample(now, value));
    while (samples.size() > 2 && now - samples.getFirst().nanos > WINDOW_NANOS) {
      samples.removeFirst();
    }
  }

  private long lastButOne() {
    var newestFirst = samples.descendingIterator();
    newestFirst.next();
    return newestFirst.next().nanos;
  }

  /** How many moments it remembers. */
  synchronized int size() {
    return samples.size();
  }

  /** By the second, up to now: it falls while nothing is added. 0 if there is nothing to judge by. */
  synchronized double perSecond() {
    if (samples.size() < 2) {
      return 0;
    }
    long nanos = clock.getAsLong() - samples.getFirst().nanos;
    long growth = samples.getLast().value - samples.getFirst().value;
    return nanos <= 0 ? 0 : growth * 1e9 / nanos;
  }

  /** How long the rest will take if it goes on so; nothing if it stands still. */
  Optional<Duration> timeFor(long rest) {
    double rate = perSecond();
    return rate < 1 ? Optional.empty() : Optional.of(Duration.ofSeconds((long) (rest / rate)));
  }
}
