package io.pipewright.watchdog;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One event loop under watch: what it reads from, and whether the task that it was given has run. All but the mark and the
 * probe runs on the watchdog's thread.
 */
public final class WatchedLoop {

  private final EventExecutor loop;

  /** How many connections are the reason to watch it; guarded by the watchdog. */
  private int connections;

  /** What the loop is reading from. Written by the loop without any barrier: it is read when the loop stands still. */
  private Channel serving;

  private volatile boolean probeIsOut;
  private volatile long probeRanAt;
  private long probedAt;
  private BlockedLoop blocked;

  WatchedLoop(EventExecutor loop) {
    this.loop = loop;
  }

  /**
   * Marks what the loop reads from. Called on the loop.
   *
   * @param channel the channel, or {@code null} when the read is over
   */
  public void serves(Channel channel) {
    serving = channel;
  }

  int connections(int change) {
    connections += change;
    return connections;
  }

  /** Gives back the time that the watchdog itself lost: the machine stood still, not the loop. */
  void excuse(long nanos) {
    probedAt += nanos;
  }

  void look(long now, long limitNanos, Consumer<BlockedLoop> report) {
    if (probeIsOut) {
      if (blocked == null && now - probedAt >= limitNanos) {
        blocked = found(now);
        report.accept(blocked);
      }
      return;
    }
    if (blocked != null) {
      BlockedLoop over = blocked.over(Duration.ofNanos(probeRanAt - probedAt));
      blocked = null;
      report.accept(over);
    }
    probe(now);
  }

  private void probe(long now) {
    probedAt = now;
    probeIsOut = true;
    try {
      loop.execute(this::ran);
    } catch (RejectedExecutionException e) {
      probeIsOut = false; // it has ended, and its connections with it
    }
  }

  /** On the loop. */
  private void ran() {
    probeRanAt = System.nanoTime();
    probeIsOut = false;
  }

  private BlockedLoop found(long now) {
    StackTraceElement[] stack = {};
    String thread = loop.toString();
    if (loop instanceof SingleThreadEventExecutor single) {
      stack = single.threadProperties().stackTrace();
      thread = single.threadProperties().name();
    }
    Channel served = serving;
    Optional<SocketAddress> peer =
        served == null ? Optional.empty() : Optional.ofNullable(served.remoteAddress());
    String blocker = stack.length == 0 ? "an unknown handler" : Blocker.of(stack);
    return new BlockedLoop(
        thread, blocker, peer, Duration.ofNanos(now - probedAt), false, List.of(stack));
  }
}
