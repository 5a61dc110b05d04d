package io.pipewright.udp.guard;

import java.util.concurrent.TimeUnit;

/**
 * Token buckets of very many strangers in memory that is set aside once. A bucket is kept as the moment at which it will be full
 * again, one for datagrams and one for bytes.
 *
 * <p>A key has eight places where it may be. Are they taken, the one gives way whose buckets are full first: who has used least
 * of late. That loses what it has used, which is the less the more there are; one who is over its rate never gives way to those
 * who are not. Not thread-safe.
 */
final class RateTable {

  static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int WAYS = 8;
  private static final int NONE = -1;

  private final double nanosPerDatagram;
  private final double nanosPerByte;
  private final int mask;
  private final long[] keys;
  private final long[] datagramsFull;
  private final long[] bytesFull;

  /**
   * @param rate of each
   * @param capacity for how many: rounded up to a power of two
   */
  RateTable(ReplyRate rate, int capacity) {
    nanosPerDatagram = rate.nanosPerDatagram();
    nanosPerByte = rate.nanosPerByte();
    int size = Math.max(WAYS, Integer.highestOneBit(capacity - 1) << 1);
    mask = size - WAYS;
    keys = new long[size];
    datagramsFull = new long[size];
    bytesFull = new long[size];
  }

  /** Whether so much was charged to a key that it has to wait. */
  boolean isInDebt(long key, long now) {
    int at = find(key);
    return at != NONE && fullAt(at) - now > BURST_NANOS;
  }

  void charge(long key, int bytes, long now) {
    int at = find(key);
    if (at == NONE) {
      at = roomFor(key);
      keys[at] = key;
      datagramsFull[at] = now;
      bytesFull[at] = now;
    }
    datagramsFull[at] = later(datagramsFull[at], now) + (long) nanosPerDatagram;
    bytesFull[at] = later(bytesFull[at], now) + (long) (nanosPerByte * bytes);
  }

  private int find(long key) {
    int first = first(key);
    for (int at = first; at < first + WAYS; at++) {
      if (keys[at] == key) {
        return at;
      }
    }
    return NONE;
  }

  private int roomFor(long key) {
    int first = first(key);
    int best = first;
    for (int at = first; at < first + WAYS; at++) {
      if (keys[at] == 0) {
        return at;
      }
      if (fullAt(at) - fullAt(best) < 0) {
        best = at;
      }
    }
    return best;
  }

  private int first(long key) {
    return (int) (key >>> 8) & mask;
  }

  private long fullAt(int at) {
    return later(datagramsFull[at], bytesFull[at]);
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }
}
