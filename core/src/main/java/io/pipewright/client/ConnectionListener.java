package io.pipewright.client;

import io.netty.channel.Channel;
import java.time.Duration;

/**
 * Hears what becomes of a {@link ReconnectingClient}'s connection. Called by one thread at a time, the client's executor, in
 * the order of events; it must not block. What it throws is logged and has no other effect.
 */
public interface ConnectionListener {

  /**
   * The connection is up. Nobody else can send on it yet: what this writes to the channel (a login, say) goes first.
   *
   * @param channel the connection
   */
  default void connected(Channel channel) {}

  /**
   * The connection has ended.
   *
   * @param channel what it was
   */
  default void lost(Channel channel) {}

  /**
   * Connecting has failed.
   *
   * @param cause mostly a {@link io.pipewright.ConnectFailedException}
   */
  default void failed(Throwable cause) {}

  /**
   * The next try comes after a while.
   *
   * @param delay when
   * @param failures how many failures in a row there have been; 0 after a connection that lasted
   */
  default void waiting(Duration delay, int failures) {}
}
