package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@link TinyProgram} in a JVM of its own, as a user would start it. */
final class ChildProgram implements AutoCloseable {

  private static final long LIMIT_SECONDS = 30;

  private final Process process;
  private final Path out;
  private final Path err;

  private ChildProgram(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** JVM options, a word each, that come before the program. */
  static ChildProgram start(
      Path folder, Map<String, String> environment, List<String> jvm, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // starts faster
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TinyProgram.class.getName());
    command.addAll(Arrays.asList(arguments));
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectOutput(out.toFile())
        .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PIPEWRIGHT_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return new ChildProgram(builder.start(), out, err);
  }

  void awaitOutput(String text) {
    Awaitility.await().until(() -> out().contains(text));
  }

  void awaitErrors(String text) {
    Awaitility.await().until(() -> err().contains(text));
  }

  /** Sends a signal by its short name, such as TERM. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  OutputStream keyboard() {
    return process.getOutputStream();
  }

  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("ends").isTrue();
    return process.exitValue();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** Standard error's log records, each without its time. */
  List<String> log() throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(err)) {
      return lines
          .lines()
          .map(
              line -> line.replaceFirst("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
          .toList();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
