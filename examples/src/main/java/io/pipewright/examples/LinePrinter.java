package io.pipewright.examples;

import io.netty.channel.Channel;
import io.pipewright.InFlight;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Prints the lines of many connections, in the order in which they come, on a thread of its own: a
 * terminal that is scrolled back, or a pipe that nobody empties, must not hold up an event loop.
 *
 * <p>Memory stays bounded all the same. When {@value #MANY} lines wait, a connection that brings
 * one more is not read until that line is out, so that TCP makes its peer wait. When {@value #MOST}
 * wait, what comes is dropped, and the log says how much.
 */
final class LinePrinter implements AutoCloseable {

  private static final int MANY = 1_000;
  private static final int MOST = 100_000;
  private static final long CLOSE_LIMIT_SECONDS = 5;
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final BoundedLog log = BoundedLog.of(LoggerFactory.getLogger(LinePrinter.class), 1);
  private final Terminal terminal;
  private final ThreadPoolExecutor printer;

  LinePrinter(Terminal terminal) {
    this.terminal = terminal;
    this.printer = new ThreadPoolExecutor(
        1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST), LinePrinter::daemon);
  }

  private static Thread daemon(Runnable printing) {
    Thread thread = new Thread(printing, "line-printer");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Prints a line that a connection brought. The connection is not drained before it is out.
   *
   * @param from the connection; called on its event loop
   * @param line without control characters: a peer's text goes through {@code Escaped} first
   */
  void print(Channel from, String line) {
    boolean pause = printer.getQueue().size() >= MANY;
    if (pause) {
      from.config().setAutoRead(false);
    }
    InFlight.begin(from);
    try {
      printer.execute(() -> printNow(from, line, pause));
    } catch (RejectedExecutionException e) {
      log.warn("standard output takes no more: a line from {} was dropped", name(from));
      printed(from, pause);
    }
  }

  /** Shows a person what is expected of them; nothing to a pipe. */
  void prompt(String prompt) {
    if (terminal.interactive()) {
      printer.execute(() -> {
        try {
          terminal.print(prompt);
        } catch (RuntimeException e) { // a line will fail as well, and tell its connection
          log.warn("{}", e.getMessage());
        }
      });
    }
  }

  private void printNow(Channel from, String line, boolean paused) {
    try {
      terminal.println(line);
    } catch (RuntimeException e) { // the disk is full, or the pipe's reader has gone
      log.warn("{}", e.getMessage());
      from.close(); // whoever sent the line learns that nobody takes it
    } finally {
      printed(from, paused);
    }
  }

  private static void printed(Channel from, boolean paused) {
    InFlight.end(from);
    if (paused && from.isActive()) {
      from.eventLoop().execute(() -> readOn(from));
    }
  }

  /** Reading stays off while the peer does not take our answers: backpressure's business. */
  private static void readOn(Channel channel) {
    if (channel.isWritable()) {
      channel.config().setAutoRead(true);
    } else if (channel.isActive()) {
      channel.eventLoop().schedule(() -> readOn(channel), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** How a peer is named in a line: {@code 127.0.0.1:5000}, {@code [::1]:5000}. */
  static String name(Channel channel) {
    return Addresses.text(channel.remoteAddress());
  }

  /** Prints what has come, and waits for it a while. */
  @Override
  public void close() {
    printer.shutdown();
    try {
      if (!printer.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        log.warn("{} lines were not printed", printer.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
