package io.pipewright.client;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Those who wait for a connection: so many at most, each so long at most, served in the order in which they came. Thread-safe. */
final class Waiters {

  private final Queue<CompletableFuture<Channel>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final EventExecutor executor;
  private final int most;
  private final Duration limit;
  private final Function<String, Throwable> failure;

  /**
   * Nobody waits yet.
   *
   * @param executor keeps the time
   * @param most how many may wait
   * @param limit how long each may
   * @param failure makes the error of what went wrong, which is the end of a sentence
   */
  Waiters(EventExecutor executor, int most, Duration limit, Function<String, Throwable> failure) {
    this.executor = executor;
    this.most = most;
    this.limit = limit;
    this.failure = failure;
  }

  /** One more; failed at once if there are too many. */
  CompletableFuture<Channel> add() {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return CompletableFuture.failedFuture(
          failure.apply("and " + most + " wait for a connection already"));
    }
    CompletableFuture<Channel> waiter = new CompletableFuture<>();
    waiting.add(waiter);
    Future<?> end = executor.schedule(
        () -> waiter.completeExceptionally(
            failure.apply("after " + limit.toMillis() + " ms of waiting")),
        limit.toNanos(),
        TimeUnit.NANOSECONDS);
    waiter.whenComplete((channel, cause) -> {
      end.cancel(false);
      waiting.removeIf(one -> one == waiter);
      count.decrementAndGet();
    });
    return waiter;
  }

  void connected(Channel channel) {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.complete(channel);
    }
  }

  void fail(Throwable cause) {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.completeExceptionally(cause);
    }
  }
}
