package io.pipewright.testkit.fault;

import java.util.List;
import java.util.Random;

/**
 * The sizes of pieces: given ones in turn, random ones up to a maximum, or none.
 *
 * @param sizes given sizes, over and over; empty if there are none
 * @param maxRandomBytes the largest random piece; zero if the sizes are given
 */
record Split(List<Integer> sizes, int maxRandomBytes) {

  static final Split OFF = new Split(List.of(), 0);

  boolean isOn() {
    return !sizes.isEmpty() || maxRandomBytes > 0;
  }

  /** The size of a piece. */
  int size(long piece, Random random) {
    return maxRandomBytes > 0
        ? 1 + random.nextInt(maxRandomBytes)
        : sizes.get((int) (piece % sizes.size()));
  }

  @Override
  public String toString() {
    return maxRandomBytes > 0
        ? "split into random pieces of at most " + maxRandomBytes + " bytes"
        : "split into " + sizes + " bytes";
  }
}
