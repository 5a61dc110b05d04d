package io.pipewright.filetransfer.fetching;

import java.time.Duration;

/**
 * Bytes a second over the last two seconds or so, from a count that only grows. Not thread-safe; time is given, so tests move it.
 */
final class Goodput {

  private static final int SAMPLES = 16;
  private static final long INTERVAL_NANOS = Duration.ofMillis(125).toNanos();
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] bytes = new long[SAMPLES];
  private final long[] nanos = new long[SAMPLES];
  private int count;
  private long latestBytes;
  private long latestNanos;

  /** Begins at a count of 0. */
  Goodput(long nowNanos) {
    nanos[0] = nowNanos;
    latestNanos = nowNanos;
    count = 1;
  }

  /** The count is this now. */
  void sample(long nowNanos, long totalBytes) {
    latestNanos = nowNanos;
    latestBytes = totalBytes;
    if (nowNanos - nanos[(count - 1) % SAMPLES] >= INTERVAL_NANOS) {
      nanos[count % SAMPLES] = nowNanos;
      bytes[count % SAMPLES] = totalBytes;
      count++;
    }
  }

  /** The rate over the samples that are kept; 0 as long as there is but one. */
  double bytesPerSecond() {
    int oldest = count <= SAMPLES ? 0 : count % SAMPLES;
    long took = latestNanos - nanos[oldest];
    return took <= 0 ? 0 : (latestBytes - bytes[oldest]) * NANOS_PER_SECOND / took;
  }
}
