package io.pipewright.examples;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers with their units, short enough for a table. */
final class Figures {

  private static final double MIB = 1 << 20;
  private static final long EXACT = 100_000;

  private Figures() {}

  /** {@code 18 bytes}, {@code 65,507 bytes}, {@code 3.1 MiB}, {@code 256 MiB}. */
  static String bytes(long bytes) {
    return bytes < EXACT ? count(bytes) + " bytes" : decimal(bytes / MIB) + " MiB";
  }

  /** {@code 10,000}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 0.42 ms}, {@code 7.3 ms}, {@code 1.9 s}. */
  static String time(Duration took) {
    double millis = took.toNanos() / 1e6;
    if (millis >= 1000) {
      return decimal(millis / 1000) + " s";
    }
    return millis < 1 ? String.format(Locale.ROOT, "%.2f ms", millis) : decimal(millis) + " ms";
  }

  /** {@code 612 MiB/s}. */
  static String rate(long bytes, Duration took) {
    return decimal(bytes / MIB / seconds(took)) + " MiB/s";
  }

  /** {@code 17,342 /s}. */
  static String perSecond(long times, Duration took) {
    return count(Math.round(times / seconds(took))) + " /s";
  }

  /** No time at all would make every rate infinite. */
  private static double seconds(Duration took) {
    return Math.max(1, took.toNanos()) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, number < 9.95 ? "%.1f" : "%,.0f", number);
  }
}
