package io.pipewright.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program in a JVM of its own, started as its user would start it. What it prints goes to files, so that it never waits for
 * its reader. Every wait ends after {@link #LIMIT}; {@link #close} ends the process.
 */
public final class Program implements AutoCloseable {

  /** How long any wait may take. */
  public static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
  private static final Pattern PORT = Pattern.compile("listening on .*:(\\d+) \\(");

  private final Process process;
  private final Path folder;

  private Program(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /**
   * Starts the jar that the build packed: the one that the system property {@code pipewright.jar} names.
   *
   * @param arguments the program's
   * @return the started program, to be closed by the caller
   * @throws IOException if it cannot be started
   */
  public static Program packed(String... arguments) throws IOException {
    String jar = System.getProperty("pipewright.jar");
    if (jar == null) {
      throw new IllegalStateException("the system property pipewright.jar names no jar");
    }
    return start(List.of("-jar", jar), Map.of(), arguments);
  }

  /**
   * Starts a JVM. Its environment has no {@code PIPEWRIGHT_*} variables but the given ones.
   *
   * @param java what comes after {@code java}: {@code -jar FILE}, or {@code -cp PATH Main}
   * @param environment variables to add
   * @param arguments the program's
   * @return the started program, to be closed by the caller
   * @throws IOException if it cannot be started
   */
  public static Program start(
      List<String> java, Map<String, String> environment, String... arguments) throws IOException {
    Path folder = Files.createTempDirectory("program");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // starts faster
    command.addAll(java);
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PIPEWRIGHT_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return new Program(builder.start(), folder);
  }

  /** Types a line at the program's standard input. */
  public void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends the program's standard input. */
  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits for the ready line and gives the port in it. */
  public int awaitPort() {
    await("a ready line", () -> PORT.matcher(out()).find());
    Matcher ready = PORT.matcher(out());
    ready.find();
    return Integer.parseInt(ready.group(1));
  }

  /** Waits until standard output contains a text. */
  public void awaitOutput(String text) {
    await("'" + text + "' on standard output", () -> out().contains(text));
  }

  /** Waits until standard error contains a text. */
  public void awaitErrors(String text) {
    await("'" + text + "' on standard error", () -> err().contains(text));
  }

  /** Sends a signal by its short name, such as {@code TERM}. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("cannot send SIG" + name + " to " + process.pid());
    }
  }

  /** Waits for the end, and gives the exit code. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the program does not end; " + said());
    }
    return process.exitValue();
  }

  /** Whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it printed to standard output so far. */
  public String out() {
    return read("out");
  }

  /** What it printed to standard error so far. */
  public String err() {
    return read("err");
  }

  private String read(String name) {
    try {
      return new String(Files.readAllBytes(folder.resolve(name)), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String said() {
    return "it printed:\n" + out() + "and to standard error:\n" + err();
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      boolean ended = !process.isAlive();
      if ((ended && !condition.getAsBoolean()) || System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited for " + what + " in vain; " + said());
      }
      pause();
    }
  }

  /** Another process gives no event to wait for: its output is looked at. */
  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    process
        .destroyForcibly()
        .onExit()
        .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join();
    Files.deleteIfExists(folder.resolve("out"));
    Files.deleteIfExists(folder.resolve("err"));
    Files.deleteIfExists(folder);
  }
}
