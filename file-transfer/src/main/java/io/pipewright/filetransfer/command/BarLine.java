package io.pipewright.filetransfer.command;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;

/**
 * The last line of a terminal, on which a bar is drawn again and again; sentences go above it. Needs of the terminal no more
 * than a carriage return.
 */
final class BarLine extends ConsoleProgressBarConsumer {

  private final PrintStream terminal;
  private boolean drawn;

  /**
   * @param terminal what is drawn on
   * @param columns how many it has
   */
  BarLine(PrintStream terminal, int columns) {
    super(terminal, columns - 1); // in the last one some terminals go to the next line
    this.terminal = terminal;
  }

  /** Draws the bar over what the line has. */
  @Override
  public synchronized void accept(String bar) {
    super.accept(bar);
    drawn = true;
  }

  /** Prints a sentence; a bar that stands there moves down when it is drawn next. */
  synchronized void say(String sentence) {
    clear();
    terminal.println(sentence);
  }

  /** Takes the bar away. */
  @Override
  public synchronized void clear() {
    if (drawn) {
      terminal.print("\r" + " ".repeat(getMaxRenderedLength()) + "\r");
      drawn = false;
    }
  }

  /** The bar stays as it is, and the next begins below. */
  @Override
  public synchronized void close() {
    if (drawn) {
      terminal.println();
      drawn = false;
    }
    terminal.flush();
  }
}
