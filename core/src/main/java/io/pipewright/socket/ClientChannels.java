package io.pipewright.socket;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.pipewright.transport.EventLoops;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a client has opened, and the event loops it runs on: what it closes in the end. Thread-safe. */
public final class ClientChannels implements AutoCloseable {

  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final EventLoops loops;
  private final boolean ownsLoops;
  private final ChannelGroup open =
      new DefaultChannelGroup("client", GlobalEventExecutor.INSTANCE, true);
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Promise<Void> closed = GlobalEventExecutor.INSTANCE.newPromise();

  /**
   * Nothing is open yet.
   *
   * @param loops the event loops
   * @param ownsLoops whether they end with the client
   */
  public ClientChannels(EventLoops loops, boolean ownsLoops) {
    this.loops = loops;
    this.ownsLoops = ownsLoops;
  }

  /** Remembers a channel until it closes; closes it at once if the client has been closed meanwhile. */
  public void add(Channel channel) {
    open.add(channel);
  }

  /** The event loops, whoever ends them. */
  public EventLoops eventLoops() {
    return loops;
  }

  /** Whether the calling thread is one of the event loops, and so must not wait for them. */
  public boolean inEventLoop() {
    return loops.inEventLoop();
  }

  /** A Unix domain socket's address as the event loops' channels want it. */
  public SocketAddress domainSocketAddress(Path path) {
    return loops.domainSocketAddress(path);
  }

  /**
   * Closes the channels and then the event loops if they are the client's own, and waits for both, for 5 s each at most. Whoever
   * calls it while another thread is at it waits for that one: a channel cannot be closed on a loop that the other has ended.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      try {
        closeOnce();
      } finally {
        closed.setSuccess(null);
      }
    } else if (!inEventLoop()) {
      closed.awaitUninterruptibly(2 * CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
      closeLoops(); // which an event loop has begun to, if it was one that closed this
    }
  }

  private void closeOnce() {
    var channelsClosed = open.close();
    if (!inEventLoop()) {
      channelsClosed.awaitUninterruptibly(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    closeLoops();
  }

  private void closeLoops() {
    if (ownsLoops) {
      loops.close();
    }
  }
}
