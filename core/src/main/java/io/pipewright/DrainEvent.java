package io.pipewright;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;

/**
 * Fired as a user event through the pipeline of every connection when its server begins to drain. A
 * handler that has a way to tell its peer to come back does so here and says {@link
 * #toldToComeBack}; one that owes something brackets it with {@link InFlight}.
 *
 * @param grace how long the connection may still take
 */
public record DrainEvent(Duration grace) {

  private static final AttributeKey<Boolean> TOLD = AttributeKey.valueOf(DrainEvent.class, "told");

  /**
   * Notes that a connection's peer has been told, in the words of its protocol, that it should come back or go elsewhere. The
   * {@link DrainReport} then counts the connection as {@link DrainReport.Fate#TOLD}, unless it has to be cut.
   *
   * @param channel the connection
   */
  public static void toldToComeBack(Channel channel) {
    channel.attr(TOLD).set(Boolean.TRUE);
  }

  /**
   * Whether the peer has been told.
   *
   * @param channel the connection
   */
  public static boolean isToldToComeBack(Channel channel) {
    return channel.hasAttr(TOLD) && channel.attr(TOLD).get() != null;
  }
}
