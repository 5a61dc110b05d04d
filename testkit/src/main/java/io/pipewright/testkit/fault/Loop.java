package io.pipewright.testkit.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One daemon thread that waits for channels, for times and for tasks. All that a proxy does happens
 * on it, one thing after the other, so that nothing there needs a lock.
 */
final class Loop implements AutoCloseable {

  /** What a channel is registered with: told on the loop when the channel can do something. */
  interface Ready {
    void ready(SelectionKey key) throws IOException;
  }

  /** Those of the same time run in the order in which they were asked for. */
  private record Timer(long atNanos, long number, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return atNanos == other.atNanos
          ? Long.compare(number, other.number)
          : Long.compare(atNanos - other.atNanos, 0); // nanoTime may wrap
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Runnable whenClosing;
  private long timersSoFar;
  private volatile boolean closing;
  private volatile Throwable failure;

  /**
   * A loop that does not run yet.
   *
   * @param whenClosing the last thing that runs on it: closes the channels
   */
  Loop(String name, Runnable whenClosing) throws IOException {
    this.selector = Selector.open();
    this.whenClosing = whenClosing;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Lets the loop's thread do something, soon. From any thread; in vain when the loop is closed. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /**
   * Returns when the loop is done with what it was at: what a peer has seen is counted then. At once
   * on the loop itself, or when it has ended.
   */
  void settle() {
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    CountDownLatch settled = new CountDownLatch(1);
    execute(settled::countDown);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try {
      while (thread.isAlive()
          && deadline - System.nanoTime() > 0
          && !settled.await(LOOK_AGAIN.toNanos(), TimeUnit.NANOSECONDS)) {
        // the loop may end without another look at its tasks
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the loop's thread do something at a {@link System#nanoTime}. On the loop only. */
  void at(long nanos, Runnable task) {
    timers.add(new Timer(nanos, timersSoFar++, task));
  }

  SelectionKey register(SelectableChannel channel, int operations, Ready ready) throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, operations, ready);
  }

  /** Remembers the first surprise, for {@link #close} to report. */
  void failed(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  private void run() {
    try (selector) {
      while (!closing) {
        select();
        selector.selectedKeys().forEach(this::handle);
        selector.selectedKeys().clear();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          guarded(task);
        }
        runTimers();
      }
    } catch (IOException | RuntimeException e) {
      failed(e);
    } finally {
      closing = true;
      guarded(whenClosing);
    }
  }

  private void select() throws IOException {
    Timer next = timers.peek();
    if (next == null) {
      selector.select();
      return;
    }
    long waitNanos = next.atNanos() - System.nanoTime();
    if (waitNanos <= 0) {
      selector.selectNow();
    } else {
      selector.select(TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1);
    }
  }

  private void handle(SelectionKey key) {
    guarded(() -> {
      try {
        ((Ready) key.attachment()).ready(key);
      } catch (CancelledKeyException e) {
        // closed by something that ran before it in the same turn
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  /** Only those that are due now: a task that asks to run again at once lets channels go first. */
  private void runTimers() {
    long now = System.nanoTime();
    while (!timers.isEmpty() && timers.peek().atNanos() - now <= 0) {
      guarded(timers.poll().task());
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /**
   * Ends the loop and closes its channels; returns when that is done.
   *
   * @throws IllegalStateException if something on the loop has thrown, or does not end in time
   */
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    boolean interrupted = join();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException(thread.getName() + " does not end");
    }
    Throwable cause = failure;
    if (cause != null) {
      failure = null; // reported once
      throw new IllegalStateException(thread.getName() + " has failed: " + cause, cause);
    }
  }

  /** Waits for the thread also when interrupted; says whether it was. */
  private boolean join() {
    boolean interrupted = false;
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (thread.isAlive() && deadline - System.nanoTime() > 0) {
      try {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }
}
