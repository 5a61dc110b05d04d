package io.pipewright.udp.session;

import io.netty.util.concurrent.EventExecutor;
import io.pipewright.idle.IdleEvent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends the sessions whose peers are silent: one timer for all of a socket's, set to the one that was heard longest ago. */
final class SessionExpiry {

  /** So many end together before others get their turn. */
  private static final int ENDED_AT_ONCE = 256;

  private final EventExecutor executor;
  private final SessionTable table;
  private final Duration limit;
  private final SessionCounts counts;
  private boolean scheduled;

  SessionExpiry(EventExecutor executor, SessionTable table, Duration limit, SessionCounts counts) {
    this.executor = executor;
    this.table = table;
    this.limit = limit;
    this.counts = counts;
  }

  long nanoTime() {
    return executor.ticker().nanoTime();
  }

  /** There is a session that may become silent. */
  void armed() {
    schedule(limit.toNanos());
  }

  private void schedule(long nanos) {
    if (!scheduled) {
      scheduled = true;
      executor.schedule(this::expire, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void expire() {
    scheduled = false;
    long now = nanoTime();
    for (int ended = 0; ended < ENDED_AT_ONCE; ended++) {
      SessionChannel oldest = table.longestSilent();
      if (oldest == null) {
        return;
      }
      long left = limit.toNanos() - (now - oldest.heardAt);
      if (left > 0) {
        schedule(left);
        return;
      }
      counts.sessionEnded("idle");
      oldest.pipeline().fireUserEventTriggered(new IdleEvent(limit));
      oldest.close();
    }
    schedule(0);
  }
}
