package io.pipewright.filetransfer.sending;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that call the file system, so that no event loop ever waits for a disk. Their number
 * is bounded, and so is what may wait for them: new work ({@link #tryExecute}) is refused when too
 * much waits already; work that goes with something admitted before ({@link #execute}) is not, and
 * there is at most one such task at a time for every transfer.
 */
public final class FileWorkers implements Executor, AutoCloseable {

  private static final long IDLE_THREAD_SECONDS = 10;

  private final int threads;
  private final int maxWaiting;
  private final ThreadPoolExecutor pool;

  /**
   * @param threads the most threads
   * @param maxWaiting how many tasks may wait before new work is refused
   */
  public FileWorkers(int threads, int maxWaiting) {
    this.threads = threads;
    this.maxWaiting = maxWaiting;
    AtomicInteger number = new AtomicInteger();
    this.pool = new ThreadPoolExecutor(
        threads,
        threads,
        IDLE_THREAD_SECONDS,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "file-worker-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    pool.allowCoreThreadTimeOut(true);
  }

  /** How many threads there are at most. */
  public int threads() {
    return threads;
  }

  /**
   * Runs new work, unless too much waits already.
   *
   * @param task the work
   * @return whether it will run
   */
  public boolean tryExecute(Runnable task) {
    if (pool.getQueue().size() >= maxWaiting) {
      return false;
    }
    try {
      pool.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false; // closed
    }
  }

  /**
   * Runs work that goes with something admitted before; on the calling thread if the workers have
   * ended, so that a file is closed even then.
   */
  @Override
  public void execute(Runnable task) {
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  /** Takes no more tasks; those that wait are still done. Does not block. */
  @Override
  public void close() {
    pool.shutdown();
  }
}
