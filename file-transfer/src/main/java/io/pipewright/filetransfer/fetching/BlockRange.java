package io.pipewright.filetransfer.fetching;

/**
 * Neighbouring blocks of one file.
 *
 * @param first the first of them
 * @param end the first behind them
 */
record BlockRange(int first, int end) {

  BlockRange {
    if (first < 0 || end <= first) {
      throw new IllegalArgumentException("no block lies in [" + first + ", " + end + ")");
    }
  }

  /** How many there are. */
  int count() {
    return end - first;
  }

  boolean contains(int block) {
    return block >= first && block < end;
  }
}
