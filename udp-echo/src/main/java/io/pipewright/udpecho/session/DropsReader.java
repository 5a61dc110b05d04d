package io.pipewright.udpecho.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the kernel says of dropped datagrams where files may be read, once for all who ask meanwhile: a flood of questions costs
 * one thread at most. Thread-safe.
 */
final class DropsReader {

  static final int MOST_WAITING = 1_024;

  private static final Logger log = LoggerFactory.getLogger(DropsReader.class);

  private final LongSupplier drops;
  private final Executor executor;
  private List<LongConsumer> waiting = new ArrayList<>();
  private boolean running;

  /**
   * @param drops reads; less than 0 is not known
   * @param executor where
   */
  DropsReader(LongSupplier drops, Executor executor) {
    this.drops = drops;
    this.executor = executor;
  }

  /**
   * Reads what there is now or in a moment.
   *
   * @param then is told, on the thread that has read
   * @return false if too many wait; {@code then} is never called
   */
  synchronized boolean read(LongConsumer then) {
    if (waiting.size() == MOST_WAITING) {
      return false;
    }
    waiting.add(then);
    if (!running) {
      running = true;
      executor.execute(this::run);
    }
    return true;
  }

  private void run() {
    for (List<LongConsumer> asking = next(); !asking.isEmpty(); asking = next()) {
      long now = readNow();
      asking.forEach(then -> then.accept(now));
    }
  }

  private synchronized List<LongConsumer> next() {
    List<LongConsumer> asking = waiting;
    waiting = new ArrayList<>();
    running = !asking.isEmpty();
    return asking;
  }

  private long readNow() {
    try {
      return drops.getAsLong();
    } catch (RuntimeException e) {
      log.debug("the kernel's drops cannot be read", e);
      return SessionCounts.UNKNOWN;
    }
  }
}
