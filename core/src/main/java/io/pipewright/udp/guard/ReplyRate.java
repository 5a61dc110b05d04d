package io.pipewright.udp.guard;

import io.pipewright.ConfigurationException;

/**
 * How much may be sent in a second. After a quiet time a quarter of it may be sent at once.
 *
 * @param datagramsPerSecond 1 to 1,000,000,000, or {@link #UNLIMITED}
 * @param bytesPerSecond bytes of payload: 1 to 1 TB, or {@link #UNLIMITED}
 */
public record ReplyRate(long datagramsPerSecond, long bytesPerSecond) {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** Neither datagrams nor bytes are limited. */
  public static final ReplyRate NO_LIMIT = new ReplyRate(UNLIMITED, UNLIMITED);

  private static final long MOST_DATAGRAMS = 1_000_000_000;
  private static final long MOST_BYTES = 1_000_000_000_000L;

  /**
   * Validates.
   *
   * @throws ConfigurationException if a number is out of range
   */
  public ReplyRate {
    check("datagramsPerSecond", datagramsPerSecond, MOST_DATAGRAMS);
    check("bytesPerSecond", bytesPerSecond, MOST_BYTES);
  }

  private static void check(String field, long value, long most) {
    if (value != UNLIMITED && (value < 1 || value > most)) {
      throw new ConfigurationException(
          field, value, "must be 1 to " + most + " or unlimited, not " + value);
    }
  }

  boolean isLimited() {
    return datagramsPerSecond != UNLIMITED || bytesPerSecond != UNLIMITED;
  }

  /** What one peer may have of what its network may have. */
  ReplyRate half() {
    return new ReplyRate(half(datagramsPerSecond), half(bytesPerSecond));
  }

  private static long half(long rate) {
    return rate == UNLIMITED ? UNLIMITED : Math.max(1, rate / 2);
  }

  double nanosPerDatagram() {
    return nanosPer(datagramsPerSecond);
  }

  double nanosPerByte() {
    return nanosPer(bytesPerSecond);
  }

  private static double nanosPer(long rate) {
    return rate == UNLIMITED ? 0 : 1e9 / rate;
  }
}
