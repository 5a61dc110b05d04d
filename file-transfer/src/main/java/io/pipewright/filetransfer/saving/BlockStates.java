package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.block.Blocks;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * What is known of each block of a file: nothing; claimed, which is what a journal of an earlier run says; or verified. A sum goes
 * with both. Memory grows with what is known, four bytes a block. Thread-safe.
 */
final class BlockStates {

  private static final int CHUNK_BITS = 12;
  private static final int CHUNK = 1 << CHUNK_BITS;

  private final long size;
  private final int[][] sums;
  private BitSet claimed = new BitSet();
  private BitSet verified = new BitSet();

  /**
   * @param size the file's, in bytes
   */
  BlockStates(long size) {
    this.size = size;
    this.sums = new int[(int) ((Blocks.count(size) + CHUNK - 1) >> CHUNK_BITS)][];
  }

  synchronized void claim(int block, int sum) {
    putSum(block, sum);
    claimed.set(block);
  }

  /** Returns whether that is news. */
  synchronized boolean verify(int block, int sum) {
    if (verified.get(block)) {
      return false;
    }
    putSum(block, sum);
    claimed.clear(block);
    verified.set(block);
    return true;
  }

  /** Takes a claim back. */
  synchronized void doubt(int block) {
    claimed.clear(block);
  }

  synchronized void clear() {
    claimed = new BitSet();
    verified = new BitSet();
  }

  private void putSum(int block, int sum) {
    int chunk = block >> CHUNK_BITS;
    if (sums[chunk] == null) {
      sums[chunk] = new int[CHUNK];
    }
    sums[chunk][block & (CHUNK - 1)] = sum;
  }

  synchronized boolean isVerified(int block) {
    return verified.get(block);
  }

  synchronized boolean isClaimed(int block) {
    return claimed.get(block);
  }

  /** The sum of a block that is verified or claimed. */
  synchronized OptionalInt sum(int block) {
    if (!verified.get(block) && !claimed.get(block)) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(sums[block >> CHUNK_BITS][block & (CHUNK - 1)]);
  }

  /** The next block that is claimed, from this on; -1 if there is none. */
  synchronized int nextClaimed(int from) {
    return claimed.nextSetBit(from);
  }

  synchronized boolean allVerified() {
    return verified.cardinality() == Blocks.count(size);
  }

  synchronized BitSet verified() {
    return (BitSet) verified.clone();
  }

  synchronized BitSet claimed() {
    return (BitSet) claimed.clone();
  }

  synchronized long verifiedBytes() {
    return bytes(verified);
  }

  synchronized long claimedBytes() {
    return bytes(claimed);
  }

  private long bytes(BitSet blocks) {
    if (blocks.isEmpty()) {
      return 0;
    }
    int last = blocks.length() - 1;
    return (blocks.cardinality() - 1L) * Blocks.BYTES + Blocks.length(last, size);
  }
}
