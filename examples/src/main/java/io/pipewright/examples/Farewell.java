package io.pipewright.examples;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.pipewright.tcp.HalfClose;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that its peer gets the last word whole: what is written, then the end of
 * ours (FIN). A plain {@code close()} will not do: with unread input it resets the connection, and
 * the peer's kernel may throw away what it has received already.
 */
final class Farewell {

  /** A peer that does not end its own direction is not waited for any longer. */
  private static final long PATIENCE_SECONDS = 5;

  private Farewell() {}

  /**
   * Finishes sending. The connection closes when the peer has ended, too, or after a while; what
   * comes until then is the handlers' to drop.
   *
   * @param channel to whose peer everything has been written; from any thread
   */
  static void to(Channel channel) {
    if (!channel.isActive()) {
      return;
    }
    HalfClose.finishSending(channel);
    Future<?> patience =
        channel.eventLoop().schedule(() -> channel.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> patience.cancel(false));
  }
}
