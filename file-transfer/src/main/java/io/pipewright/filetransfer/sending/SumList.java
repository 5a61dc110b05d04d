package io.pipewright.filetransfer.sending;

import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.util.OptionalInt;

/** Sums of blocks that follow each other, made in several goes, so that nobody holds a worker for long. */
final class SumList {

  /** How many blocks are read in one go; known ones take no time. */
  private static final int BLOCKS_AT_ONCE = 4;

  private final SharedFile file;
  private final Summing summing;
  private final long first;
  private final int[] sums;

  SumList(SharedFile file, Summing summing, long first, int[] sums) {
    this.file = file;
    this.summing = summing;
    this.first = first;
    this.sums = sums;
  }

  /** Makes some more than the first {@code done}; returns how many there are. */
  int add(int done) throws IOException {
    int at = done;
    int read = 0;
    for (; at < sums.length && read < BLOCKS_AT_ONCE; at++) {
      long offset = Blocks.offset(first + at);
      int length = Blocks.length(first + at, file.size());
      OptionalInt known = summing.known(file, offset, length);
      if (known.isEmpty()) {
        read++;
      }
      sums[at] = known.isPresent() ? known.getAsInt() : summing.read(file, offset, length);
    }
    file.checkVersion();
    for (int i = done; i < at; i++) {
      int length = Blocks.length(first + i, file.size());
      summing.confirm(file, Blocks.offset(first + i), length, sums[i]);
    }
    return at;
  }
}
