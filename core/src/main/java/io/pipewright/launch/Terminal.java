package io.pipewright.launch;

import java.io.BufferedInputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/**
 * The person, or the pipe, at the other end of standard input and output.
 *
 * <p>Standard input cannot be read with a time limit or interrupted, so a daemon thread of its own
 * reads it, one line for each that is asked for: a program whose connection closes while the user
 * thinks can end. A line that comes after its asker has given up goes to the next.
 *
 * <p>Input is decoded, and output encoded, as the locale says, or as UTF-8 where it says no more
 * than ASCII; {@code -Dstdin.encoding} and {@code -Dstdout.encoding} name another charset.
 *
 * <p>Every method may be called from any thread.
 */
public final class Terminal {

  private static final class Standard {
    // System.in alone is fixed: output follows System.out, which ServiceLauncher.run encodes
    static final Terminal INSTANCE = new Terminal(
        new LineReader(new BufferedInputStream(System.in), Encodings.input()),
        null,
        isTerminal(System.console()));
  }

  private final LineReader input;
  private final PrintStream output;
  private final boolean interactive;
  private final Deque<CompletableFuture<Optional<String>>> askers = new ArrayDeque<>();
  private final Deque<String> unasked = new ArrayDeque<>();
  private boolean reading;

  private Terminal(LineReader input, PrintStream output, boolean interactive) {
    this.input = input;
    this.output = output;
    this.interactive = interactive;
  }

  /** A terminal on other streams, for a test of a program that talks to its user. */
  public static Terminal of(InputStream in, PrintStream out) {
    return new Terminal(new LineReader(in, Encodings.input()), out, true);
  }

  /** Standard input and output. */
  public static Terminal standard() {
    return Standard.INSTANCE;
  }

  /** Whether a person is there: standard input and output are a terminal, not a pipe or a file. */
  public boolean interactive() {
    return interactive;
  }

  /**
   * Prints a line and flushes it.
   *
   * @throws LaunchException with {@link ExitCode#CANNOT_WRITE} when it cannot be written, as when
   *     the disk is full or the reader of a pipe has gone
   */
  public void println(String line) {
    print(line + System.lineSeparator());
  }

  /**
   * Prints text and flushes it.
   *
   * @throws LaunchException with {@link ExitCode#CANNOT_WRITE} when it cannot be written
   */
  public void print(String text) {
    PrintStream to = output == null ? System.out : output;
    to.print(text);
    if (to.checkError()) { // flushes; PrintStream has no other way to tell
      throw cannotWrite();
    }
  }

  static LaunchException cannotWrite() {
    return new LaunchException(ExitCode.CANNOT_WRITE, "cannot write to standard output");
  }

  /**
   * Shows the prompt, to a person and to a pipe alike, and waits for a line.
   *
   * @param prompt what to show, such as {@code "> "}
   * @param closed ends the waiting when it completes, however it does: the peer has gone
   * @return the line without its end; empty at the end of the input, or when {@code closed}
   *     completed first
   * @throws LaunchException when the input cannot be read, or is not in its charset
   * @throws InterruptedException when this thread is interrupted
   */
  public Optional<String> ask(String prompt, CompletionStage<?> closed)
      throws InterruptedException {
    print(prompt);
    CompletableFuture<Optional<String>> line = readLine();
    try {
      // anyOf leaves nothing behind on the future that lost; whenComplete would, at every prompt
      CompletableFuture.anyOf(line, closed.toCompletableFuture()).get();
    } catch (ExecutionException e) {
      return result(line);
    } finally {
      line.cancel(false); // when nobody waits for the line any more it belongs to the next asker
    }
    return result(line);
  }

  private static Optional<String> result(CompletableFuture<Optional<String>> line) {
    try {
      return line.isCancelled() || !line.isDone() ? Optional.empty() : line.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof LaunchException launch
          ? launch
          : new LaunchException(ExitCode.FAILED, "cannot read standard input", e.getCause());
    }
  }

  /**
   * Asks for the next line of standard input, without waiting.
   *
   * @return completed with the line without its end, or with nothing at the end of the input, on
   *     the reader's thread; whoever completes or cancels it first no longer asks
   */
  public CompletableFuture<Optional<String>> readLine() {
    CompletableFuture<Optional<String>> asker = new CompletableFuture<>();
    String early;
    synchronized (this) {
      early = unasked.poll();
      if (early == null) {
        askers.add(asker);
        startReading();
      }
    }
    if (early != null) {
      asker.complete(Optional.of(early));
    }
    return asker;
  }

  private void startReading() {
    if (!reading) {
      reading = true;
      Thread reader = new Thread(this::serveAskers, "standard-input");
      reader.setDaemon(true);
      reader.start();
    }
  }

  private void serveAskers() {
    while (someoneAsks()) {
      try {
        deliver(input.readLine());
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }
  }

  private synchronized boolean someoneAsks() {
    askers.removeIf(CompletableFuture::isDone);
    reading = !askers.isEmpty();
    return reading;
  }

  private void deliver(Optional<String> line) {
    while (true) {
      CompletableFuture<Optional<String>> asker;
      synchronized (this) {
        asker = askers.poll();
        if (asker == null) {
          line.ifPresent(unasked::add);
          return;
        }
      }
      if (asker.complete(line)) {
        return;
      }
    }
  }

  private synchronized void fail(Exception failure) {
    askers.forEach(asker -> asker.completeExceptionally(failure));
    askers.clear();
  }

  /**
   * Since Java 22 there is a console even where there is no terminal; Console.isTerminal(), which
   * tells them apart, came with it.
   */
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Console.isTerminal cannot be called", e);
    }
  }
}
