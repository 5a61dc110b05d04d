package io.pipewright.udpecho;

import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Prints lines on a thread of its own, because standard output may block (a pipe that nobody reads)
 * and an event loop must not. Lines that wait are printed together.
 *
 * <p>Whoever prints looks at {@link #isFull} and pauses until {@link #afterwards}: nothing that was
 * handed over is dropped.
 */
final class LinePrinter implements AutoCloseable {

  private static final int FULL = 1_024;
  private static final Duration LAST_LINES = Duration.ofSeconds(10);

  private final Consumer<String> output;
  private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "line-printer");

  /** Starts the thread; text goes to {@code output}, which may block or throw. */
  LinePrinter(Consumer<String> output) {
    this.output = output;
    thread.setDaemon(true);
    thread.start();
  }

  void print(String line) {
    queue.add(line);
  }

  /** Whether so much waits to be printed that no more should come. */
  boolean isFull() {
    return queue.size() >= FULL;
  }

  /** Runs the action on the printer's thread when all lines before have been printed. */
  void afterwards(Runnable action) {
    queue.add(action);
  }

  /** Fails when the output does; lines that come after that are not printed. */
  CompletableFuture<Void> failure() {
    return failure;
  }

  private void run() {
    List<Object> batch = new ArrayList<>();
    while (!failure.isDone()) {
      try {
        batch.add(queue.take());
        queue.drainTo(batch);
        print(batch);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        failure.completeExceptionally(e);
      }
      batch.clear();
    }
  }

  private void print(List<Object> batch) {
    StringBuilder lines = new StringBuilder();
    for (Object next : batch) {
      if (next instanceof String line) {
        lines.append(line).append(System.lineSeparator());
      } else if (next instanceof Runnable action) {
        flush(lines);
        action.run();
      }
    }
    flush(lines);
  }

  private void flush(StringBuilder lines) {
    if (!lines.isEmpty()) {
      output.accept(lines.toString());
      lines.setLength(0);
    }
  }

  /**
   * Waits until everything is printed, for 10 s at most.
   *
   * @throws RuntimeException what the output has thrown
   * @throws LaunchException when the output takes no more
   */
  @Override
  public void close() {
    CompletableFuture<Void> printed = new CompletableFuture<>();
    afterwards(() -> printed.complete(null));
    try {
      CompletableFuture.anyOf(printed, failure).get(LAST_LINES.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      throw new LaunchException(
          ExitCode.CANNOT_WRITE, "standard output takes no more; what came last is not printed", e);
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } finally {
      thread.interrupt();
    }
  }
}
