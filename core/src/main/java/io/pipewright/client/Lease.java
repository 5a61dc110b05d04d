package io.pipewright.client;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * A connection of a {@link ConnectionPool} for one user's time. Close it when done, on whatever thread; never use the channel
 * afterwards. Closing twice does nothing.
 */
public final class Lease implements AutoCloseable {

  private final Channel channel;
  private final BiConsumer<Channel, Boolean> giveBack;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * A lease that has begun.
   *
   * @param channel the connection
   * @param giveBack called once, with whether it is fit for the next user
   */
  Lease(Channel channel, BiConsumer<Channel, Boolean> giveBack) {
    this.channel = channel;
    this.giveBack = giveBack;
  }

  /** The connection. */
  public Channel channel() {
    return channel;
  }

  /** Gives the connection back; if it is still open, somebody else gets it. */
  @Override
  public void close() {
    end(true);
  }

  /** Gives the connection up: it is closed. For one in an unknown state, say after an answer that did not come in time. */
  public void discard() {
    end(false);
  }

  private void end(boolean fit) {
    if (over.compareAndSet(false, true)) {
      giveBack.accept(channel, fit);
    }
  }
}
