package io.pipewright.testkit.fault;

import java.time.Duration;
import java.util.Random;

/**
 * What may happen to the datagrams of one direction.
 *
 * @param truncateToBytes how long a truncated datagram is at most
 * @param hold how long a datagram that is to be overtaken waits for a later one
 */
record Fates(
    Chance drop,
    Chance duplicate,
    Chance reorder,
    Chance corrupt,
    Chance truncate,
    int truncateToBytes,
    Duration hold,
    Duration minDelay,
    Duration maxDelay) {

  /** What happens to one datagram. */
  record Fate(
      boolean dropped,
      boolean duplicated,
      boolean overtaken,
      boolean corrupted,
      boolean truncated,
      double where,
      Duration delay) {}

  /** Draws the same number of times for every datagram, so that each one's luck is its own. */
  Fate of(int number, Random random) {
    return new Fate(
        drop.meets(number, random.nextDouble()),
        duplicate.meets(number, random.nextDouble()),
        reorder.meets(number, random.nextDouble()),
        corrupt.meets(number, random.nextDouble()),
        truncate.meets(number, random.nextDouble()),
        random.nextDouble(),
        between(random.nextDouble()));
  }

  private Duration between(double drawn) {
    return minDelay.plusNanos((long) (maxDelay.minus(minDelay).toNanos() * drawn));
  }
}
