package io.pipewright.filetransfer.saving;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads that may wait for the disk, so that no event loop has to. They end when nothing has been asked of them for a
 * while, and keep no process alive.
 *
 * <p>Thread-safe. Whoever starts them closes them.
 */
public final class DiskThreads implements Executor, AutoCloseable {

  private static final long KEEP_SECONDS = 10;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(DiskThreads.class);

  private final ThreadPoolExecutor threads;
  private final AtomicLong waitingBytes = new AtomicLong();

  private DiskThreads(ThreadPoolExecutor threads) {
    this.threads = threads;
  }

  /**
   * Starts threads as they are needed.
   *
   * @param count how many at most
   */
  public static DiskThreads start(int count) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads = new ThreadPoolExecutor(
        count, count, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
          Thread thread = new Thread(task, "file-writer-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    threads.allowCoreThreadTimeOut(true);
    return new DiskThreads(threads);
  }

  /**
   * Runs a task that may block.
   *
   * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
   */
  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** How many bytes wait for the disk in all queues. */
  AtomicLong waitingBytes() {
    return waitingBytes;
  }

  /** Takes no more tasks, and waits for those that it has, for 5 s at most. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        log.warn("the disk takes long; hidden files may stay behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
