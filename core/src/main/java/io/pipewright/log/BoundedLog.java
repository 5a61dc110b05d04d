package io.pipewright.log;

import io.pipewright.ConfigurationException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

/**
 * A log that a stranger can make us write to, so that it writes at most so many lines in a second.
 * Lines over that are held back and counted, and the next line that passes says how many they were.
 *
 * <p>Thread-safe. Formats are SLF4J's. A line that its logger's level turns off counts for nothing.
 */
public final class BoundedLog {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long REFUSED = -1;

  private final Logger logger;
  private final int linesPerSecond;
  private final LongSupplier nanos;

  private long windowBegan;
  private int written;
  private long heldBack;

  BoundedLog(Logger logger, int linesPerSecond, LongSupplier nanos) {
    if (linesPerSecond < 1) {
      throw new ConfigurationException(
          "linesPerSecond", linesPerSecond, "must be 1 or more, not " + linesPerSecond);
    }
    this.logger = logger;
    this.linesPerSecond = linesPerSecond;
    this.nanos = nanos;
    this.windowBegan = nanos.getAsLong();
  }

  /**
   * Bounds a logger.
   *
   * @param logger where the lines go
   * @param linesPerSecond 1 or more
   * @throws ConfigurationException for less than 1
   */
  public static BoundedLog of(Logger logger, int linesPerSecond) {
    return new BoundedLog(logger, linesPerSecond, System::nanoTime);
  }

  /** Logs a line at WARN, or holds it back; a {@code Throwable} may come last. */
  public void warn(String format, Object... args) {
    log(Level.WARN, format, args);
  }

  /** Logs a line at INFO, or holds it back; a {@code Throwable} may come last. */
  public void info(String format, Object... args) {
    log(Level.INFO, format, args);
  }

  private void log(Level level, String format, Object... args) {
    if (!logger.isEnabledForLevel(level)) {
      return;
    }
    long before = permit();
    if (before == REFUSED) {
      return;
    }
    FormattingTuple line = MessageFormatter.arrayFormat(format, args);
    String text = line.getMessage();
    if (before > 0) {
      text +=
          before == 1 ? " (1 line held back before)" : " (" + before + " lines held back before)";
    }
    logger.atLevel(level).setCause(line.getThrowable()).log(text);
  }

  /** How many lines were held back before this one, or {@link #REFUSED} if this one is, too. */
  private synchronized long permit() {
    long now = nanos.getAsLong();
    if (now - windowBegan >= WINDOW_NANOS) {
      windowBegan = now;
      written = 0;
    }
    if (written == linesPerSecond) {
      heldBack++;
      return REFUSED;
    }
    written++;
    long before = heldBack;
    heldBack = 0;
    return before;
  }
}
