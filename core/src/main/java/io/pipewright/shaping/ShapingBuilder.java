package io.pipewright.shaping;

import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.Objects;

/** Settings of a {@link Shaping}. Rates are bytes a second, 0 for unlimited, which is every one's default. */
public final class ShapingBuilder {

  private static final Duration LEAST_BURST = Duration.ofMillis(10);
  private static final Duration MOST_BURST = Duration.ofSeconds(60);

  private Rates rates = Rates.UNLIMITED;
  private Duration burst = Duration.ofMillis(100);

  ShapingBuilder() {}

  /**
   * What one connection may receive.
   *
   * @param bytesPerSecond 0 for unlimited
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ShapingBuilder readBytesPerSecond(long bytesPerSecond) {
    rates = rates.withRead(bytesPerSecond);
    return this;
  }

  /**
   * What one connection may send.
   *
   * @param bytesPerSecond 0 for unlimited
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ShapingBuilder writeBytesPerSecond(long bytesPerSecond) {
    rates = rates.withWrite(bytesPerSecond);
    return this;
  }

  /**
   * What all connections together may receive.
   *
   * @param bytesPerSecond 0 for unlimited
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ShapingBuilder totalReadBytesPerSecond(long bytesPerSecond) {
    rates = rates.withTotalRead(bytesPerSecond);
    return this;
  }

  /**
   * What all connections together may send.
   *
   * @param bytesPerSecond 0 for unlimited
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ShapingBuilder totalWriteBytesPerSecond(long bytesPerSecond) {
    rates = rates.withTotalWrite(bytesPerSecond);
    return this;
  }

  /**
   * All four at once.
   *
   * @param rates what holds at first
   * @return this
   */
  public ShapingBuilder rates(Rates rates) {
    this.rates = Objects.requireNonNull(rates, "rates");
    return this;
  }

  /**
   * How much may pass at once after a pause, as the time in which the rate gives it; never less than 16 KiB. Default 100 ms.
   *
   * @param burst 10 ms to 60 s
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ShapingBuilder burst(Duration burst) {
    if (burst.compareTo(LEAST_BURST) < 0 || burst.compareTo(MOST_BURST) > 0) {
      throw new ConfigurationException("burst", burst, "must be 10 ms to 60 s, not " + burst);
    }
    this.burst = burst;
    return this;
  }

  /** The live object, with nothing connected to it yet. */
  public Shaping build() {
    return new Shaping(rates, burst);
  }
}
