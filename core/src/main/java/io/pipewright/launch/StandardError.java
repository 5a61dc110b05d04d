package io.pipewright.launch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminal that standard error may be: where a program shows how far it is, and standard output stays free for what it was asked
 * for.
 */
public final class StandardError {

  static final int UNKNOWN = 80;

  private static final int LEAST = 20;
  private static final long LIMIT_MILLIS = 1_000;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("\\d+ (\\d{1,4})\\s*");

  private static final Logger log = LoggerFactory.getLogger(StandardError.class);

  private StandardError() {}

  /**
   * Whether standard error is a terminal. The JDK can tell only whether input and output are one both. Linux tells what the
   * descriptor is; elsewhere the JDK's answer must do.
   */
  public static boolean isTerminal() {
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return Terminal.standard().interactive();
    }
  }

  /**
   * How many columns the terminal has, asked for without taking SIGINT away from the JVM, as JLine does: after that Ctrl-C kills the
   * process, and nothing is left in order.
   *
   * @return 80 if it does not say
   */
  public static int columns() {
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
