package io.pipewright.launch;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as people write it at a command line: {@code 1048576}, {@code 64KiB} (binary,
 * 1024 bytes each), {@code 10MB} (decimal, 1,000,000 bytes each).
 *
 * @param bytes the size, never negative
 */
public record ByteSize(long bytes) {

  private static final Pattern FORM = Pattern.compile("(\\d+) ?(B|[kK]B|KiB|MB|MiB|GB|GiB)?");
  private static final Map<String, Long> UNITS = Map.of(
      "B", 1L,
      "kB", 1_000L,
      "KB", 1_000L,
      "KiB", 1L << 10,
      "MB", 1_000_000L,
      "MiB", 1L << 20,
      "GB", 1_000_000_000L,
      "GiB", 1L << 30);

  /**
   * @throws IllegalArgumentException when {@code bytes} is negative
   */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size cannot be negative, as " + bytes + " is");
    }
  }

  /**
   * Reads a whole number and an optional unit: B, kB or KB, KiB, MB, MiB, GB, GiB.
   *
   * @throws IllegalArgumentException when it is anything else; the message says what to write
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size: write 1048576, 64KiB (of 1024) or 10MB (of 1,000,000)");
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    try {
      return new ByteSize(
          Math.multiplyExact(Long.parseLong(matcher.group(1)), UNITS.get(unit).longValue()));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is more bytes than a file can have", e);
    }
  }

  /** The size as an {@code int}, for what is held in memory; more than that is its largest. */
  public int intBytes() {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /** In the largest binary unit that takes a whole number, as {@link #parse} reads it. */
  @Override
  public String toString() {
    if (bytes == 0) {
      return "0";
    }
    int zeros = Long.numberOfTrailingZeros(bytes);
    if (zeros >= 30) {
      return (bytes >> 30) + "GiB";
    }
    if (zeros >= 20) {
      return (bytes >> 20) + "MiB";
    }
    return zeros >= 10 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
  }
}
