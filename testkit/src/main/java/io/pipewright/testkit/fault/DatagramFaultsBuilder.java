package io.pipewright.testkit.fault;

import java.time.Duration;

/**
 * Collects the faults of one direction of a {@link UdpFaultRelay}. Datagrams are numbered from 1, for
 * each client and direction by themselves; a fault meets those whose numbers are named, and others by
 * its probability. Every method throws {@link IllegalArgumentException} for what cannot be.
 */
public final class DatagramFaultsBuilder {

  private Chance drop = Chance.NONE;
  private Chance duplicate = Chance.NONE;
  private Chance reorder = Chance.NONE;
  private Chance corrupt = Chance.NONE;
  private Chance truncate = Chance.NONE;
  private int truncateToBytes;
  private Duration hold = Duration.ofMillis(100);
  private Duration minDelay = Duration.ZERO;
  private Duration maxDelay = Duration.ZERO;

  DatagramFaultsBuilder() {}

  /** Throws datagrams away with this probability. */
  public DatagramFaultsBuilder drop(double probability) {
    drop = drop.of("drop", probability);
    return this;
  }

  /** Throws these datagrams away. */
  public DatagramFaultsBuilder dropNumbers(int... numbers) {
    drop = drop.at("dropNumbers", numbers);
    return this;
  }

  /** Sends datagrams on twice with this probability. */
  public DatagramFaultsBuilder duplicate(double probability) {
    duplicate = duplicate.of("duplicate", probability);
    return this;
  }

  /** Sends these datagrams on twice. */
  public DatagramFaultsBuilder duplicateNumbers(int... numbers) {
    duplicate = duplicate.at("duplicateNumbers", numbers);
    return this;
  }

  /** Lets datagrams be overtaken by the next with this probability. */
  public DatagramFaultsBuilder reorder(double probability) {
    reorder = reorder.of("reorder", probability);
    return this;
  }

  /** Lets these datagrams be overtaken by the next. */
  public DatagramFaultsBuilder reorderNumbers(int... numbers) {
    reorder = reorder.at("reorderNumbers", numbers);
    return this;
  }

  /** How long a datagram waits to be overtaken, 100 ms unless told otherwise; then it goes alone. */
  public DatagramFaultsBuilder reorderWithin(Duration hold) {
    this.hold = StreamFaultsBuilder.checkTime("reorderWithin", hold);
    return this;
  }

  /** Turns over one bit, chosen by the seed, with this probability. */
  public DatagramFaultsBuilder corrupt(double probability) {
    corrupt = corrupt.of("corrupt", probability);
    return this;
  }

  /** Turns over one bit, chosen by the seed, of each of these datagrams. */
  public DatagramFaultsBuilder corruptNumbers(int... numbers) {
    corrupt = corrupt.at("corruptNumbers", numbers);
    return this;
  }

  /** Cuts datagrams off after {@code toBytes} bytes with this probability. */
  public DatagramFaultsBuilder truncate(int toBytes, double probability) {
    truncate = truncate.of("truncate", probability);
    truncateToBytes = checkLength(toBytes);
    return this;
  }

  /** Cuts these datagrams off after {@code toBytes} bytes. */
  public DatagramFaultsBuilder truncateNumbers(int toBytes, int... numbers) {
    truncate = truncate.at("truncateNumbers", numbers);
    truncateToBytes = checkLength(toBytes);
    return this;
  }

  /** Sends every datagram on this much later. */
  public DatagramFaultsBuilder delay(Duration delay) {
    return delay(delay, delay);
  }

  /** Sends each datagram on later, by a time that the seed chooses; so later ones may come first. */
  public DatagramFaultsBuilder delay(Duration min, Duration max) {
    minDelay = StreamFaultsBuilder.checkTime("delay", min);
    maxDelay = StreamFaultsBuilder.checkTime("delay", max);
    if (min.compareTo(max) > 0) {
      throw new IllegalArgumentException("delay: from " + min + " to " + max + " is no range");
    }
    return this;
  }

  private static int checkLength(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("truncate: must be 0 bytes or more, not " + bytes);
    }
    return bytes;
  }

  Fates build() {
    return new Fates(
        drop, duplicate, reorder, corrupt, truncate, truncateToBytes, hold, minDelay, maxDelay);
  }
}
