package io.pipewright.filetransfer.command;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many columns the terminal has. The library that draws the bars would ask another one, which takes SIGINT away from the JVM
 * to find out: after that Ctrl-C kills the process, and nothing is left in order.
 */
final class TerminalWidth {

  static final int UNKNOWN = 80;

  private static final int LEAST = 20;
  private static final long LIMIT_MILLIS = 1_000;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("\\d+ (\\d{1,4})\\s*");

  private static final Logger log = LoggerFactory.getLogger(TerminalWidth.class);

  private TerminalWidth() {}

  /** Asks the terminal of this process; {@value #UNKNOWN} if it does not say. */
  static int columns() {
    try {
      return columns(new ProcessBuilder("stty", "size")
          .redirectInput(new File("/dev/tty"))
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start());
    } catch (IOException e) {
      log.debug("there is no stty, or no terminal", e);
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }

  private static int columns(Process stty) throws IOException, InterruptedException {
    if (!stty.waitFor(LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
      stty.destroyForcibly();
      return UNKNOWN;
    }
    return parse(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
  }

  /**
   * Reads rows and columns.
   *
   * @param size what {@code stty size} says; a terminal that does not know its size says 0
   */
  static int parse(String size) {
    Matcher matcher = ROWS_AND_COLUMNS.matcher(size);
    int columns = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    return columns < LEAST ? UNKNOWN : columns;
  }
}
