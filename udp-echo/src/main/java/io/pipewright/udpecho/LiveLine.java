package io.pipewright.udpecho;

import io.pipewright.launch.StandardError;
import io.pipewright.udpecho.measure.Progress;
import io.pipewright.udpecho.measure.RoundTrip;
import java.io.PrintStream;
import java.util.Locale;

/** One line of a terminal that tells how far a measurement is, drawn again and again; needs no more than a carriage return. */
final class LiveLine implements AutoCloseable {

  private final PrintStream terminal;
  private final int columns;
  private int drawn;

  /**
   * @param terminal what is drawn on, or {@code null} for nothing
   * @param columns how many it has
   */
  LiveLine(PrintStream terminal, int columns) {
    this.terminal = terminal;
    this.columns = columns;
  }

  /** On standard error. */
  static LiveLine onTerminal() {
    return new LiveLine(System.err, StandardError.columns());
  }

  /** Nobody watches. */
  static LiveLine none() {
    return new LiveLine(null, 0);
  }

  /** Draws over what stands there. */
  void show(Progress progress) {
    if (terminal != null) {
      String text = text(progress);
      String shown = text.length() < columns ? text : text.substring(0, columns - 1);
      terminal.print("\r" + shown + " ".repeat(Math.max(0, drawn - shown.length())));
      terminal.flush();
      drawn = shown.length();
    }
  }

  private static String text(Progress progress) {
    String counts = String.format(
        Locale.ROOT,
        "%.1f s  sent %,d  answered %,d  missing %,d",
        progress.elapsed().toMillis() / 1e3,
        progress.counts().sent(),
        progress.counts().answered(),
        progress.missing());
    return progress.roundTrip().map(times -> counts + times(times)).orElse(counts);
  }

  private static String times(RoundTrip times) {
    return String.format(
        Locale.ROOT,
        "  median %.1f µs  99 %% %.1f µs",
        times.medianNanos() / 1e3,
        times.p99Nanos() / 1e3);
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (drawn > 0) {
      terminal.print("\r" + " ".repeat(drawn) + "\r");
      terminal.flush();
      drawn = 0;
    }
  }
}
