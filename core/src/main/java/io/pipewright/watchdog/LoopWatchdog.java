package io.pipewright.watchdog;

import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.EventExecutor;
import io.pipewright.log.BoundedLog;
import io.pipewright.log.Escaped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * Watches event loops while they serve connections, and names what holds one up for longer than a limit: the handler, the
 * connection, how long; and again when the loop is free. Both are logged, at a bounded rate, and told to a listener. Nothing
 * is interrupted. Thread-safe.
 *
 * <p>Each loop is given a task every half of the limit. A loop that sleeps runs it at once, so idleness is no alarm; nor is a
 * pause of the whole process. One daemon thread does this while there are connections, none when there are none.
 */
public final class LoopWatchdog {

  private static final int LINES_PER_SECOND = 2;

  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(LoopWatchdog.class), LINES_PER_SECOND);
  private final Duration limit;
  private final Consumer<BlockedLoop> listener;
  private final Map<EventExecutor, WatchedLoop> loops = new HashMap<>();
  private boolean watching;

  LoopWatchdog(Duration limit, Consumer<BlockedLoop> listener) {
    this.limit = limit;
    this.listener = listener;
  }

  /** A builder with a limit of 2 s and nobody to tell but the log. */
  public static LoopWatchdogBuilder builder() {
    return new LoopWatchdogBuilder();
  }

  /** A handler for one channel, to stand first in its pipeline: its event loop is watched as long as it is there. */
  public ChannelHandler newHandler() {
    return new WatchedHandler(this);
  }

  /**
   * One more connection is a reason to watch an event loop. {@link #newHandler()} does this; a first handler of its own may do
   * it too, and mark on the loop what it reads from, which saves a handler.
   *
   * @param loop the connection's event loop
   * @return where to mark
   */
  public synchronized WatchedLoop arrived(EventExecutor loop) {
    WatchedLoop watched = loops.computeIfAbsent(loop, WatchedLoop::new);
    watched.connections(1);
    if (!watching) {
      watching = true;
      Thread thread = new Thread(this::watch, "loop-watchdog");
      thread.setDaemon(true);
      thread.start();
    }
    return watched;
  }

  /**
   * One reason less to watch an event loop.
   *
   * @param loop what was given to {@link #arrived}
   */
  public synchronized void left(EventExecutor loop) {
    WatchedLoop watched = loops.get(loop);
    if (watched != null && watched.connections(-1) == 0) {
      loops.remove(loop);
    }
  }

  private synchronized List<WatchedLoop> watched() {
    watching = !loops.isEmpty();
    return List.copyOf(loops.values());
  }

  private void watch() {
    long limitNanos = limit.toNanos();
    long pause = limitNanos / 2;
    long before = System.nanoTime();
    for (List<WatchedLoop> now = watched(); !now.isEmpty(); now = watched()) {
      try {
        TimeUnit.NANOSECONDS.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return; // nobody has this thread but a container that ends the application
      }
      long awake = System.nanoTime();
      long late = Math.max(0, awake - before - pause - limitNanos / 4);
      before = awake;
      for (WatchedLoop loop : now) {
        loop.excuse(late);
        loop.look(awake, limitNanos, this::report);
      }
    }
  }

  private void report(BlockedLoop blocked) {
    log.warn("{}", Escaped.of(blocked.toString()));
    try {
      listener.accept(blocked);
    } catch (RuntimeException e) {
      log.warn("the listener of a blocked event loop failed", e);
    }
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "names what holds up the event loop for " + limit.toMillis() + " ms";
  }
}
