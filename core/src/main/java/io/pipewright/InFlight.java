package io.pipewright;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the work that a connection owes beyond the bytes that are already written: a transfer that
 * goes on, an answer that is still being made. A drain waits for it. Unwritten bytes and
 * half-received frames are seen without it.
 *
 * <p>Thread-safe: {@code begin} on the event loop and {@code end} on a worker is the usual case.
 */
public final class InFlight {

  private static final AttributeKey<AtomicInteger> COUNT =
      AttributeKey.valueOf(InFlight.class, "count");

  private InFlight() {}

  /**
   * One more piece of work is owed to the channel's peer.
   *
   * @param channel the connection
   */
  public static void begin(Channel channel) {
    AtomicInteger count = channel.attr(COUNT).get();
    if (count == null) {
      AtomicInteger fresh = new AtomicInteger();
      AtomicInteger earlier = channel.attr(COUNT).setIfAbsent(fresh);
      count = earlier == null ? fresh : earlier;
    }
    count.incrementAndGet();
  }

  /**
   * One piece of work is done.
   *
   * @param channel the connection
   * @throws IllegalStateException if no work was begun: the brackets do not match
   */
  public static void end(Channel channel) {
    AtomicInteger count = channel.attr(COUNT).get();
    if (count == null || count.getAndUpdate(owed -> Math.max(0, owed - 1)) <= 0) {
      throw new IllegalStateException("InFlight.end without a begin on " + channel);
    }
  }

  /**
   * How many pieces of work are owed now.
   *
   * @param channel the connection
   * @return 0 or more
   */
  public static int count(Channel channel) {
    AtomicInteger count = channel.hasAttr(COUNT) ? channel.attr(COUNT).get() : null;
    return count == null ? 0 : count.get();
  }
}
