package io.pipewright.testkit.fault;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which datagrams a fault meets.
 *
 * @param probability of any datagram, 0 to 1
 * @param numbers of those that are met for certain
 */
record Chance(double probability, Set<Integer> numbers) {

  static final Chance NONE = new Chance(0, Set.of());

  /** The same with another probability. */
  Chance of(String field, double other) {
    if (!(other >= 0 && other <= 1)) {
      throw new IllegalArgumentException(field + ": must be 0 to 1, not " + other);
    }
    return new Chance(other, numbers);
  }

  /** The same for these datagrams instead of those named before. */
  Chance at(String field, int... others) {
    for (int number : others) {
      if (number < 1) {
        throw new IllegalArgumentException(
            field + ": datagrams are numbered from 1, not from " + number);
      }
    }
    return new Chance(
        probability, Arrays.stream(others).boxed().collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether it meets a datagram. */
  boolean meets(int number, double drawn) {
    return drawn < probability || numbers.contains(number);
  }
}
