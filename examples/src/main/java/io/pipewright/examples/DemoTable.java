package io.pipewright.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The demo's steps as a table of 80 columns, printed as they are made: a section for each service,
 * and in it a row for each step, with a mark that says whether it went as it should.
 *
 * <pre>
 *   ┌──────────────────────────────────────────┐
 *   │ TCP echo on 127.0.0.1:41235              │
 *   ├───┬────────────────┬──────────┬──────────┤
 *   │ ✓ │ what was done  │ how much │ how fast │
 *   │   │ what it proves │          │          │
 *   └───┴────────────────┴──────────┴──────────┘
 * </pre>
 */
final class DemoTable {

  /** What the columns hold, without the blank at either side. */
  private static final int[] COLUMNS = {1, 43, 12, 11};

  /** A line that goes over all columns: theirs, and the three blanks and bars between any two. */
  private static final int WHOLE = 1 + 43 + 12 + 11 + 3 * 3;

  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String BOLD = "\u001b[1m";
  private static final String FAINT = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final Consumer<String> out;
  private final boolean colour;
  private final long began = System.nanoTime();
  private boolean inRows;
  private int steps;
  private int failed;

  /**
   * @param out takes each line
   * @param colour whether it may have colours
   */
  DemoTable(Consumer<String> out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  /** A step: does something, checks that it went well, and says what it measured. */
  @FunctionalInterface
  interface Step {
    /**
     * Does it.
     *
     * @throws Exception when it did not go well; the message says what went wrong
     */
    Result run() throws Exception;
  }

  /**
   * What a step measured.
   *
   * @param amount how much, such as {@code 18 bytes}
   * @param speed how fast or how long
   * @param proof in place of what the table was told the step proves; {@code null} for that
   */
  record Result(String amount, String speed, String proof) {

    Result(String amount, String speed) {
      this(amount, speed, null);
    }
  }

  /** Begins the table. */
  void begin(String title, String note) {
    out.accept("┌" + "─".repeat(WHOLE + 2) + "┐");
    heading(title, List.of(note));
  }

  /** Begins a section. */
  void section(String title, List<String> notes) {
    rule(inRows ? "┴" : "─", "├", "┤");
    inRows = false;
    heading(title, notes);
  }

  private void heading(String title, List<String> notes) {
    wrapped(title, WHOLE).forEach(line -> whole(line, BOLD));
    notes.forEach(note -> wrapped(note, WHOLE).forEach(line -> whole(line, FAINT)));
  }

  private void whole(String text, String style) {
    out.accept("│ " + padded(text, WHOLE, style) + " │");
  }

  /** Makes a step and prints its row. A step that fails is a row like the others, and counts. */
  void step(String what, String proof, Step step) {
    steps++;
    if (!inRows) {
      rule("┬", "├", "┤");
      inRows = true;
    }
    try {
      Result result = step.run();
      row(true, what, result.proof() == null ? proof : result.proof(), result);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(what, e);
    } catch (Exception e) {
      failed(what, e);
    }
  }

  private void failed(String what, Exception failure) {
    failed++;
    String why = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    row(false, what, why, new Result("", ""));
  }

  private void row(boolean good, String what, String proof, Result result) {
    String mark = good ? "✓" : "✗";
    String style = good ? GREEN : RED;
    List<String> lines = wrapped(what, COLUMNS[1]);
    for (int i = 0; i < lines.size(); i++) {
      boolean first = i == 0;
      cells(
          padded(first ? mark : "", COLUMNS[0], style),
          padded(lines.get(i), COLUMNS[1], ""),
          first ? result.amount() : "",
          first ? result.speed() : "");
    }
    for (String line : wrapped(proof, COLUMNS[1])) {
      cells(padded("", COLUMNS[0], ""), padded(line, COLUMNS[1], good ? FAINT : RED), "", "");
    }
  }

  private void cells(String mark, String text, String amount, String speed) {
    out.accept("│ " + mark + " │ " + text + " │ " + rightAligned(amount, COLUMNS[2]) + " │ "
        + rightAligned(speed, COLUMNS[3]) + " │");
  }

  /** Ends the table and says how it went. */
  void end() {
    rule("┴", "└", "┘");
    String took = Figures.time(Duration.ofNanos(System.nanoTime() - began));
    out.accept(
        failed == 0
            ? styled("✓", GREEN) + " all " + steps + " steps went well, in " + took
            : styled("✗", RED) + " " + failed + " of " + steps + " steps failed, in " + took);
  }

  boolean allWell() {
    return failed == 0;
  }

  private void rule(String joint, String left, String right) {
    StringBuilder line = new StringBuilder(left);
    for (int i = 0; i < COLUMNS.length; i++) {
      line.append(i == 0 ? "" : joint).append("─".repeat(COLUMNS[i] + 2));
    }
    out.accept(line.append(right).toString());
  }

  private String padded(String text, int columns, String style) {
    return styled(text, style) + " ".repeat(Math.max(0, columns - DisplayWidth.of(text)));
  }

  private static String rightAligned(String text, int columns) {
    return " ".repeat(Math.max(0, columns - DisplayWidth.of(text))) + text;
  }

  private String styled(String text, String style) {
    return colour && !style.isEmpty() && !text.isEmpty() ? style + text + PLAIN : text;
  }

  /** Breaks a text into lines of so many columns at most: at blanks, or within a word too long. */
  static List<String> wrapped(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && DisplayWidth.of(line + " " + word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ");
      for (int codePoint : word.codePoints().toArray()) {
        if (DisplayWidth.of(line.toString()) + DisplayWidth.of(codePoint) > columns) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.appendCodePoint(codePoint);
      }
    }
    lines.add(line.toString());
    return lines;
  }
}
