package io.pipewright.idle;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * When a quiet connection is closed, and what keeps it alive until then. An immutable value, safe
 * to share; the handlers that it makes are one connection's.
 *
 * <pre>{@code
 * IdlePolicy.closeAfter(Duration.ofSeconds(60))
 * IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> "PING")
 * IdlePolicy.closeAfter(Duration.ofSeconds(60)).heartbeat(Duration.ofSeconds(15), () -> "PING")
 * }</pre>
 *
 * <p><b>Closing.</b> The handler closes its channel when for the whole limit no message has reached
 * it and its peer has taken no byte. Behind the framing, bytes that make up no message do not count.
 * What a peer takes is judged by what it acknowledges (on Linux, with io_uring and epoll; the
 * kernel's {@code TCP_INFO}): a peer that reads a long answer slowly stays, however much the kernel
 * holds for it; one that stopped reading goes, though more is written to it. Elsewhere, on Unix
 * domain sockets and together with heartbeats, it is judged by what the transport has taken, which a
 * slow reader may let wait for megabytes; and when such a peer stops in the middle of one write, it
 * goes after the limit at the earliest and twice the limit at the latest. While work is {@linkplain
 * io.pipewright.InFlight in flight} and nothing waits to be taken, nobody is idle.
 *
 * <p><b>Heartbeats.</b> When nothing has been flushed for the interval, and nothing is waiting to
 * leave, a message is written at the end of the pipeline, through all its encoders. Heartbeats are
 * no sign of life of the peer's, so they do not put off the closing.
 *
 * <p>Cost: at most one timer for each of the two, re-armed only when it fires, and one look at the
 * clock for each batch of reads. Time is the event loop's {@code ticker()}.
 */
public final class IdlePolicy {

  private final Duration closeAfter;
  private final Duration heartbeatEvery;
  private final Supplier<?> heartbeat;

  private IdlePolicy(Duration closeAfter, Duration heartbeatEvery, Supplier<?> heartbeat) {
    this.closeAfter = closeAfter;
    this.heartbeatEvery = heartbeatEvery;
    this.heartbeat = heartbeat;
  }

  /**
   * Closes connections on which nothing happens for so long, firing {@link IdleEvent} first.
   *
   * @throws ConfigurationException if the limit is less than a millisecond
   */
  public static IdlePolicy closeAfter(Duration limit) {
    return new IdlePolicy(check("closeAfter", limit), null, null);
  }

  /**
   * Keeps connections alive by writing a message whenever nothing was written for so long.
   *
   * @param message makes one for each heartbeat, on the channel's event loop
   * @throws ConfigurationException if the interval is less than a millisecond
   */
  public static IdlePolicy heartbeatEvery(Duration interval, Supplier<?> message) {
    return new IdlePolicy(null, check("heartbeatEvery", interval), message);
  }

  /**
   * The same, with heartbeats.
   *
   * @param message makes one for each heartbeat, on the channel's event loop
   * @throws ConfigurationException if the interval is less than a millisecond
   */
  public IdlePolicy heartbeat(Duration interval, Supplier<?> message) {
    return new IdlePolicy(closeAfter, check("heartbeat", interval), message);
  }

  private static Duration check(String field, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(1)) < 0) {
      throw new ConfigurationException(
          field, duration, "must be a millisecond or more, not " + duration);
    }
    return duration;
  }

  /** How long nothing may happen before the connection is closed; empty if for ever. */
  public Optional<Duration> closeAfter() {
    return Optional.ofNullable(closeAfter);
  }

  /** How long nothing is written before a heartbeat is; empty if there are none. */
  public Optional<Duration> heartbeatEvery() {
    return Optional.ofNullable(heartbeatEvery);
  }

  /** A handler for one channel; its place is behind the framing. */
  public ChannelHandler newHandler() {
    return new IdleHandler(closeAfter, heartbeatEvery, heartbeat);
  }

  /** One line for people. */
  @Override
  public String toString() {
    String close = closeAfter == null ? "" : "close after " + text(closeAfter);
    String beat = heartbeatEvery == null ? "" : "heartbeat every " + text(heartbeatEvery);
    return close + (close.isEmpty() || beat.isEmpty() ? "" : ", ") + beat;
  }

  private static String text(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
