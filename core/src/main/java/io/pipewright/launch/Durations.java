package io.pipewright.launch;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them at a command line: {@code 250ms}, {@code 30s}, {@code 5m}. */
public final class Durations {

  private static final Pattern FORM = Pattern.compile("(\\d+)(ms|s|m|h|d)");
  /** Timers count in nanoseconds; what does not fit, 292 years, would fail much later. */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private static final String HELP = "write 250ms, 30s, 5m, 2h or 1d, or 0";

  private Durations() {}

  /**
   * Reads a whole number and its unit ({@code ms}, {@code s}, {@code m}, {@code h}, {@code d}), or
   * a bare {@code 0}.
   *
   * @throws IllegalArgumentException when it is anything else; the message says what to write
   */
  public static Duration parse(String text) {
    String trimmed = text.trim();
    if (trimmed.equals("0")) {
      return Duration.ZERO;
    }
    Matcher matcher = FORM.matcher(trimmed);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a duration: " + HELP);
    }
    try {
      return of(Long.parseLong(matcher.group(1)), matcher.group(2));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is too long a duration: " + HELP, e);
    }
  }

  private static Duration of(long amount, String unit) {
    Duration duration =
        switch (unit) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    if (duration.compareTo(LONGEST) > 0) {
      throw new ArithmeticException("more than timers can count");
    }
    return duration;
  }

  /**
   * Writes a duration with the largest unit that takes a whole number ({@code 90s}, {@code 2h});
   * what is finer than a millisecond is cut off ({@code 1.234s}).
   */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    if (millis < 1000) {
      return millis + "ms";
    }
    if (millis % 1000 != 0) {
      return String.format(Locale.ROOT, "%.3f", millis / 1000.0).replaceAll("0+$", "") + "s";
    }
    return formatSeconds(millis / 1000);
  }

  private static String formatSeconds(long seconds) {
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
