package io.pipewright.udp.session;

import io.pipewright.ConfigurationException;
import java.time.Duration;

/**
 * How many sessions one socket has at most, how fast they are opened and when they end. Immutable; {@link #builder()} has the
 * defaults.
 *
 * <p><b>Who gives way.</b> A session is <i>confirmed</i> when its peer is heard a second time, later than in the batch of
 * datagrams that opened it. While all places are taken, a new peer takes that of the session that is not confirmed and was not
 * heard for longest; are all confirmed, the new peer is refused. So a flood of forged addresses, each heard once, costs known
 * peers nothing, and a new peer that sends again soon gets in.
 *
 * @param maxSessions how many, 1 to 1,000,000
 * @param opensPerSecond how many new ones in a second, 1 to 1,000,000; a second's worth at once after a quiet second
 * @param idleTimeout a session ends when its peer was not heard for so long: {@code IdleEvent}, then close
 * @param maxQueuedDatagrams how many wait for a session that does not read, 1 to 65,536; more are dropped and counted
 * @param maxQueuedBytes how many bytes wait for all of a socket's sessions that do not read, 1 or more
 */
public record SessionPolicy(
    int maxSessions,
    int opensPerSecond,
    Duration idleTimeout,
    int maxQueuedDatagrams,
    long maxQueuedBytes) {

  private static final Duration LONGEST = Duration.ofDays(365);

  /**
   * Validates.
   *
   * @throws ConfigurationException if a value is out of range
   */
  public SessionPolicy {
    check("maxSessions", maxSessions, 1_000_000);
    check("opensPerSecond", opensPerSecond, 1_000_000);
    check("maxQueuedDatagrams", maxQueuedDatagrams, 65_536);
    check("maxQueuedBytes", maxQueuedBytes, Long.MAX_VALUE);
    if (idleTimeout.compareTo(Duration.ofMillis(1)) < 0 || idleTimeout.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(
          "idleTimeout", idleTimeout, "must be a millisecond to a year, not " + idleTimeout);
    }
  }

  private static void check(String field, long value, long most) {
    if (value < 1 || value > most) {
      throw new ConfigurationException(field, value, "must be 1 to " + most + ", not " + value);
    }
  }

  /**
   * This policy with another limit for silence.
   *
   * @throws ConfigurationException if it is out of range
   */
  public SessionPolicy idleAfter(Duration silence) {
    return new SessionPolicy(
        maxSessions, opensPerSecond, silence, maxQueuedDatagrams, maxQueuedBytes);
  }

  /** A builder with every default. */
  public static Builder builder() {
    return new Builder();
  }

  /** Gathers a policy. All defaults stand here. Not thread-safe. */
  public static final class Builder {

    private int maxSessions = 10_000;
    private int opensPerSecond = 5_000;
    private Duration idleTimeout = Duration.ofSeconds(60);
    private int maxQueuedDatagrams = 64;
    private long maxQueuedBytes = 16L << 20;

    private Builder() {}

    /** How many sessions a socket has at most. Default 10,000. */
    public Builder maxSessions(int sessions) {
      maxSessions = sessions;
      return this;
    }

    /** How many new sessions a socket opens in a second. Default 5,000. */
    public Builder opensPerSecond(int sessions) {
      opensPerSecond = sessions;
      return this;
    }

    /** How long a peer may be silent. Default 60 s. */
    public Builder idleTimeout(Duration silence) {
      idleTimeout = silence;
      return this;
    }

    /** How many datagrams wait for a session that does not read. Default 64. */
    public Builder maxQueuedDatagrams(int datagrams) {
      maxQueuedDatagrams = datagrams;
      return this;
    }

    /** How many bytes wait for all of a socket's sessions that do not read. Default 16 MiB. */
    public Builder maxQueuedBytes(long bytes) {
      maxQueuedBytes = bytes;
      return this;
    }

    /**
     * Validates and builds.
     *
     * @throws ConfigurationException if a value is out of range
     */
    public SessionPolicy build() {
      return new SessionPolicy(
          maxSessions, opensPerSecond, idleTimeout, maxQueuedDatagrams, maxQueuedBytes);
    }
  }
}
