package io.pipewright.offload;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.FailedFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.OrderedEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Netty's view of an executor for the handlers of one channel: one task at a time, in order, on whatever thread the executor
 * gives. It has at most one task of its own at the executor, and goes to the back of the line there after a batch.
 *
 * <p>When the executor refuses, somebody is told once, and what is queued, and what still comes to take the handler apart,
 * runs on Netty's global executor.
 */
final class SerialExecutor extends AbstractEventExecutor implements OrderedEventExecutor {

  private static final int BATCH = 64;

  private final Executor executor;
  private final EventLoop clock;
  private final Consumer<RuntimeException> whenRejected;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean handedOver = new AtomicBoolean();
  private volatile Thread thread;
  private volatile boolean rejected;

  /**
   * @param executor where tasks run
   * @param clock what schedules tasks, which then run here
   * @param whenRejected is told once, on the thread that called {@link #execute}
   */
  SerialExecutor(Executor executor, EventLoop clock, Consumer<RuntimeException> whenRejected) {
    this.executor = executor;
    this.clock = clock;
    this.whenRejected = whenRejected;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    handOver();
  }

  private void handOver() {
    if (tasks.isEmpty() || !handedOver.compareAndSet(false, true)) {
      return;
    }
    if (!rejected) {
      try {
        executor.execute(this::run);
        return;
      } catch (RuntimeException e) {
        rejected = true;
        whenRejected.accept(e);
      }
    }
    GlobalEventExecutor.INSTANCE.execute(this::run);
  }

  private void run() {
    thread = Thread.currentThread();
    try {
      Runnable task = tasks.poll();
      for (int i = 1; task != null; i++) {
        safeExecute(task);
        task = i < BATCH ? tasks.poll() : null;
      }
    } finally {
      thread = null;
      handedOver.set(false);
    }
    handOver();
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return thread == this.thread;
  }

  @Override
  public Ticker ticker() {
    return clock.ticker();
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return clock.schedule(() -> execute(command), delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return clock.scheduleAtFixedRate(() -> execute(command), initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return clock.scheduleWithFixedDelay(() -> execute(command), initialDelay, delay, unit);
  }

  /** It ends with its channel, by being forgotten. */
  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    return terminationFuture();
  }

  @Override
  public Future<?> terminationFuture() {
    return new FailedFuture<>(this, new UnsupportedOperationException("it ends with its channel"));
  }

  @Override
  @Deprecated
  public void shutdown() {
    throw new UnsupportedOperationException("it ends with its channel");
  }
}
