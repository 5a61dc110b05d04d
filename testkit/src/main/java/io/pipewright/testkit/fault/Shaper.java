package io.pipewright.testkit.fault;

import java.util.Random;

/** When how many bytes of one direction may be written: pieces, their pauses, and the throttle. */
final class Shaper {

  /** A throttle lets this many portions a second through: the more, the smoother. */
  private static final long PORTIONS_PER_SECOND = 100;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Random random;
  private StreamFaults faults;
  private long pieces;
  private int leftOfPiece;
  private long readyAtNanos;

  Shaper(StreamFaults faults, Random random, long nowNanos) {
    this.random = random;
    this.readyAtNanos = nowNanos;
    faults(faults);
  }

  /** What shapes the bytes from now on. */
  void faults(StreamFaults faults) {
    this.faults = faults;
    this.leftOfPiece = faults.split().isOn() ? faults.split().size(pieces, random) : 0;
  }

  /** From when on the next bytes may be written. */
  long readyAtNanos() {
    return readyAtNanos;
  }

  /** How many bytes the next write may have, at most and now. */
  int limit(int bytes) {
    int limit = faults.split().isOn() ? Math.min(bytes, leftOfPiece) : bytes;
    if (faults.bytesPerSecond() == 0) {
      return limit;
    }
    return (int) Math.min(limit, Math.max(1, faults.bytesPerSecond() / PORTIONS_PER_SECOND));
  }

  /** Takes note of what was written. Returns whether the stream goes on in another piece. */
  boolean written(int bytes, long nowNanos) {
    if (faults.bytesPerSecond() > 0) {
      long cost = (long) (bytes * NANOS_PER_SECOND / faults.bytesPerSecond());
      readyAtNanos = later(readyAtNanos, nowNanos) + cost;
    }
    if (!faults.split().isOn()) {
      return false;
    }
    leftOfPiece -= bytes;
    if (leftOfPiece > 0) {
      return false;
    }
    leftOfPiece = faults.split().size(++pieces, random);
    readyAtNanos = later(readyAtNanos, nowNanos + faults.pause().toNanos());
    return true;
  }

  private static long later(long oneNanos, long otherNanos) {
    return oneNanos - otherNanos > 0 ? oneNanos : otherNanos;
  }
}
