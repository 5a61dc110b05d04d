package io.pipewright.examples;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Fills in an example's options as a command line would, without running it. */
final class Commands {

  private Commands() {}

  /** A server's options: a free port, and what the test says. */
  static <T> T server(T command, String... options) {
    List<String> all = new ArrayList<>(List.of("--port", "0", "--transport", "AUTO"));
    all.addAll(List.of(options));
    return parsed(command, all);
  }

  /** A client's options: where its server is, and what the test says. */
  static <T> T client(T command, int port, String... options) {
    List<String> all = new ArrayList<>(List.of("--port", Integer.toString(port)));
    all.addAll(List.of(options));
    return parsed(command, all);
  }

  static <T> T parsed(T command, List<String> options) {
    new CommandLine(command)
        .registerConverter(Duration.class, Durations::parse)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(options.toArray(String[]::new));
    return command;
  }
}
