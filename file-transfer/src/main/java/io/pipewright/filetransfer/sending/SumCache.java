package io.pipewright.filetransfer.sending;

import io.pipewright.filetransfer.store.FileVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Sums of whole blocks of the grid that have been computed before, by the version of the file, so that they never go stale: a
 * file that changes has another version. Keeps to a bound of memory; what was not used for longest goes first. Thread-safe.
 */
public final class SumCache {

  /** How many sums stand together: those of 1 GiB. */
  private static final int SEGMENT_BLOCKS = 1_024;

  /** What the map and the objects of a segment take beside its sums. */
  private static final int SEGMENT_OVERHEAD_BYTES = 256;

  private static final int WORD_BITS = 64;

  private record Key(FileVersion version, long segment) {}

  private final long maxBytes;
  private final Map<Key, Segment> segments = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes the bound; 0 keeps nothing
   */
  public SumCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The sum of a block, if it is known. */
  synchronized OptionalInt find(FileVersion version, long index) {
    Segment segment = segments.get(new Key(version, index / SEGMENT_BLOCKS));
    return segment == null ? OptionalInt.empty() : segment.find((int) (index % SEGMENT_BLOCKS));
  }

  /**
   * Keeps a sum.
   *
   * @param version what the file still was after the block had been read
   * @param index the block's
   * @param blocks how many the file has
   * @param sum the block's
   */
  synchronized void keep(FileVersion version, long index, long blocks, int sum) {
    Key key = new Key(version, index / SEGMENT_BLOCKS);
    Segment segment = segments.get(key);
    if (segment == null) {
      long rest = blocks - key.segment() * SEGMENT_BLOCKS;
      segment = new Segment((int) Math.min(SEGMENT_BLOCKS, rest));
      if (segment.bytes() > maxBytes) {
        return;
      }
      segments.put(key, segment);
      bytes += segment.bytes();
      shrink();
    }
    segment.keep((int) (index % SEGMENT_BLOCKS), sum);
  }

  private void shrink() {
    var oldest = segments.values().iterator();
    while (bytes > maxBytes) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /** How many bytes the sums take now. */
  synchronized long bytes() {
    return bytes;
  }

  /** Sums of blocks that follow each other, and which of them are known. */
  private static final class Segment {

    private final int[] sums;
    private final long[] known;

    Segment(int blocks) {
      this.sums = new int[blocks];
      this.known = new long[(blocks + WORD_BITS - 1) / WORD_BITS];
    }

    OptionalInt find(int at) {
      boolean is = (known[at / WORD_BITS] & (1L << at)) != 0;
      return is ? OptionalInt.of(sums[at]) : OptionalInt.empty();
    }

    void keep(int at, int sum) {
      sums[at] = sum;
      known[at / WORD_BITS] |= 1L << at;
    }

    int bytes() {
      return SEGMENT_OVERHEAD_BYTES + Integer.BYTES * sums.length + Long.BYTES * known.length;
    }
  }
}
