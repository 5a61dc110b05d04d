package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.ProgressListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a user's listener what happens, as long as it does not fail; progress not more often than anybody can look. */
final class Telling {

  private static final long PROGRESS_INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

  private static final Logger log = LoggerFactory.getLogger(Telling.class);

  private final ProgressListener listener;
  private final LongSupplier nanoTime;
  private final AtomicBoolean failed = new AtomicBoolean();
  private long nextProgressNanos;

  /**
   * @param listener may throw
   * @param nanoTime as {@link System#nanoTime()}
   */
  Telling(ProgressListener listener, LongSupplier nanoTime) {
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.nextProgressNanos = nanoTime.getAsLong();
  }

  /** Whether it is time to tell of progress again; the next time is then a while off. */
  boolean progressIsDue() {
    long now = nanoTime.getAsLong();
    if (now - nextProgressNanos < 0) {
      return false;
    }
    nextProgressNanos = now + PROGRESS_INTERVAL_NANOS;
    return true;
  }

  /** Tells of an event. A listener that fails is told no more, and the download goes on. */
  void tell(DownloadEvent event) {
    try {
      if (!failed.get()) {
        listener.event(event);
      }
    } catch (RuntimeException e) {
      failed.set(true);
      log.warn("a progress listener failed: {}", e.toString());
    }
  }
}
