package io.pipewright.filetransfer.saving;

import io.netty.util.concurrent.EventExecutor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings outcomes from disk threads to the event loop, several at a time: to wake it for each small file would cost more than to
 * write the file.
 */
final class Outcomes {

  private static final int MOST = 64;
  private static final long MOST_NANOS = 10_000_000;

  private static final Logger log = LoggerFactory.getLogger(Outcomes.class);

  private final EventExecutor loop;
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean announced = new AtomicBoolean();

  private int unannounced; // on the one disk thread that is at work
  private long sinceNanos; // on that thread, too

  Outcomes(EventExecutor loop) {
    this.loop = loop;
  }

  /**
   * Outcomes, of which the event loop hears with the others: soon, or at the next {@link #announce}.
   *
   * @param telling tells whoever waits for them, on the event loop, or here if that has ended
   * @param count how many they are
   */
  void add(Runnable telling, int count) {
    news.add(telling);
    long now = System.nanoTime();
    if (unannounced == 0) {
      sinceNanos = now;
    }
    unannounced += count;
    if (unannounced >= MOST || now - sinceNanos > MOST_NANOS) {
      announce();
    }
  }

  /** There may be a while until the next. */
  void announce() {
    unannounced = 0;
    if (!news.isEmpty() && announced.compareAndSet(false, true)) {
      try {
        loop.execute(this::tell);
      } catch (RejectedExecutionException e) {
        tell(); // the client is being closed, and somebody may wait for this
      }
    }
  }

  private void tell() {
    announced.set(false);
    for (Runnable telling = news.poll(); telling != null; telling = news.poll()) {
      try {
        telling.run();
      } catch (RuntimeException e) {
        log.error("a defect where a download is told what was written", e);
      }
    }
  }
}
