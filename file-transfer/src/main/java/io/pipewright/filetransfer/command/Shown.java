package io.pipewright.filetransfer.command;

import java.time.Duration;
import java.util.Locale;

/** Sizes, rates and times as people read them: decimal units, three digits or so. */
final class Shown {

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final int THOUSAND = 1_000;

  private Shown() {}

  /** {@code 999 B}, {@code 1.5 kB}, {@code 120 MB}; what rounds up to a thousand has the next unit. */
  static String bytes(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= (unit == 0 ? THOUSAND : THOUSAND - 0.5) && unit < UNITS.length - 1) {
      value /= THOUSAND;
      unit++;
    }
    String digits = unit > 0 && value < 99.95
        ? String.format(Locale.ROOT, "%.1f", value)
        : String.format(Locale.ROOT, "%.0f", value);
    return digits + " " + UNITS[unit];
  }

  /** {@code 98.3 MB/s}. */
  static String rate(double bytesPerSecond) {
    return bytes(bytesPerSecond) + "/s";
  }

  /** {@code 2.5 s}. */
  static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }
}
