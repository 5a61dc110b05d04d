package io.pipewright.shaping;

import io.pipewright.ConfigurationException;

/**
 * Bytes a second, each 0 for unlimited.
 *
 * @param readBytesPerSecond what one connection may receive
 * @param writeBytesPerSecond what one connection may send
 * @param totalReadBytesPerSecond what all connections together may receive
 * @param totalWriteBytesPerSecond what all connections together may send
 */
public record Rates(
    long readBytesPerSecond,
    long writeBytesPerSecond,
    long totalReadBytesPerSecond,
    long totalWriteBytesPerSecond) {

  /** No limit at all. */
  public static final Rates UNLIMITED = new Rates(0, 0, 0, 0);

  /** A terabyte: more than any socket moves, and far from where sums overflow. */
  private static final long MOST = 1_000_000_000_000L;

  /**
   * Refuses what is no rate.
   *
   * @throws ConfigurationException if one is negative or above 1,000,000,000,000
   */
  public Rates {
    check("readBytesPerSecond", readBytesPerSecond);
    check("writeBytesPerSecond", writeBytesPerSecond);
    check("totalReadBytesPerSecond", totalReadBytesPerSecond);
    check("totalWriteBytesPerSecond", totalWriteBytesPerSecond);
  }

  private static void check(String field, long rate) {
    if (rate < 0 || rate > MOST) {
      throw new ConfigurationException(
          field, rate, "must be 0 (unlimited) to " + MOST + " bytes a second, not " + rate);
    }
  }

  /** The same, but for what one connection may receive. */
  public Rates withRead(long bytesPerSecond) {
    return new Rates(
        bytesPerSecond, writeBytesPerSecond, totalReadBytesPerSecond, totalWriteBytesPerSecond);
  }

  /** The same, but for what one connection may send. */
  public Rates withWrite(long bytesPerSecond) {
    return new Rates(
        readBytesPerSecond, bytesPerSecond, totalReadBytesPerSecond, totalWriteBytesPerSecond);
  }

  /** The same, but for what all connections together may receive. */
  public Rates withTotalRead(long bytesPerSecond) {
    return new Rates(
        readBytesPerSecond, writeBytesPerSecond, bytesPerSecond, totalWriteBytesPerSecond);
  }

  /** The same, but for what all connections together may send. */
  public Rates withTotalWrite(long bytesPerSecond) {
    return new Rates(
        readBytesPerSecond, writeBytesPerSecond, totalReadBytesPerSecond, bytesPerSecond);
  }

  /** Whether nothing is limited. */
  public boolean isUnlimited() {
    return equals(UNLIMITED);
  }

  /** One line for people: what is limited, in bytes a second. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "read", readBytesPerSecond);
    append(text, "write", writeBytesPerSecond);
    append(text, "total read", totalReadBytesPerSecond);
    append(text, "total write", totalWriteBytesPerSecond);
    return text.isEmpty() ? "unlimited" : text.toString();
  }

  private static void append(StringBuilder text, String what, long rate) {
    if (rate > 0) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(what)
          .append(' ')
          .append(rate)
          .append(" B/s");
    }
  }
}
