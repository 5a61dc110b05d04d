package io.pipewright.filetransfer.fetching;

import java.util.BitSet;

/** Neighbouring blocks that nobody has been asked for. */
final class Stretch {

  private int first;
  private int end;

  Stretch(int first, int end) {
    this.first = first;
    this.end = end;
  }

  int first() {
    return first;
  }

  int end() {
    return end;
  }

  int count() {
    return Math.max(0, end - first);
  }

  /** Drops blocks that are here from the front. */
  void passOver(BitSet done) {
    first = Math.min(end, done.nextClearBit(first));
  }

  /** Cuts off blocks that are not here from the front, of which there must be one. */
  BlockRange take(int most, BitSet done) {
    int here = done.nextSetBit(first);
    long limit = Math.min((long) first + most, here < 0 ? end : here);
    BlockRange taken = new BlockRange(first, (int) Math.min(end, limit));
    first = taken.end();
    return taken;
  }

  /** Cuts off the second half; all, if it is one block. */
  Stretch cutSecondHalf() {
    Stretch half = new Stretch(first + count() / 2, end);
    end = half.first;
    return half;
  }

  void grow() {
    end++;
  }

  void shrink() {
    end--;
  }
}
