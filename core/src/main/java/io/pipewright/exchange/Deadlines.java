package io.pipewright.exchange;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The exchanges of one channel that wait, in the order of their deadlines, which is the order in which they came: all have the
 * same time. So one timer does for all. It is armed for the first in the line and, when it fires, for whoever is first then;
 * an exchange that is answered in time never touches it. For the channel's event loop alone.
 */
final class Deadlines<Q, R> {

  private final EventExecutor loop;
  private final long timeoutNanos;
  private final Consumer<Exchange<Q, R>> expired;
  private Exchange<Q, R> first;
  private Exchange<Q, R> last;
  private Future<?> timer;

  Deadlines(EventExecutor loop, long timeoutNanos, Consumer<Exchange<Q, R>> expired) {
    this.loop = loop;
    this.timeoutNanos = timeoutNanos;
    this.expired = expired;
  }

  void add(Exchange<Q, R> exchange, long nowNanos) {
    exchange.deadlineNanos = nowNanos + timeoutNanos;
    exchange.before = last;
    if (last == null) {
      first = exchange;
    } else {
      last.after = exchange;
    }
    last = exchange;
    if (timer == null) {
      arm(timeoutNanos);
    }
  }

  /** Does nothing to one that is not, or no longer, in the line. */
  void remove(Exchange<Q, R> exchange) {
    if (exchange.before == null && first != exchange) {
      return;
    }
    if (exchange.before == null) {
      first = exchange.after;
    } else {
      exchange.before.after = exchange.after;
    }
    if (exchange.after == null) {
      last = exchange.before;
    } else {
      exchange.after.before = exchange.before;
    }
    exchange.before = null;
    exchange.after = null;
  }

  /** The first in the line, taken out of it; null if there is none. */
  Exchange<Q, R> poll() {
    Exchange<Q, R> head = first;
    if (head != null) {
      remove(head);
    }
    return head;
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void arm(long nanos) {
    timer = loop.schedule(this::sweep, nanos, TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    timer = null;
    long now = loop.ticker().nanoTime();
    while (first != null && first.deadlineNanos - now <= 0) {
      expired.accept(poll());
    }
    if (first != null && timer == null) {
      arm(first.deadlineNanos - now);
    }
  }
}
