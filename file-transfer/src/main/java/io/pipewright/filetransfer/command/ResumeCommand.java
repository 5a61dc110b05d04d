package io.pipewright.filetransfer.command;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command that goes on where this process was stopped; pasted into a shell, it is read as it was.
 *
 * @param words the program with its arguments
 */
record ResumeCommand(List<String> words) {

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  /** What the script was called by that started this process ({@code launcher/stub.sh}). */
  private static final String SCRIPT = "pipewright.program";

  ResumeCommand {
    words = List.copyOf(words);
  }

  /**
   * This process once more: however the JVM was started, with its options, it is again; but what is finished would be
   * fetched once more.
   *
   * @param get what was parsed of it
   * @param finished the arguments that are left out
   */
  static ResumeCommand without(ParseResult get, Set<String> finished) {
    List<String> given = get.commandSpec().root().commandLine().getParseResult().originalArgs();
    List<String> arguments = new ArrayList<>(List.of(get.commandSpec().name()));
    get.matchedOptions().stream().distinct().forEach(option -> addOption(arguments, option));
    List<String> others = get.matchedPositionals().stream()
        .distinct() // each is there once for each of its values
        .flatMap(positional -> positional.originalStringValues().stream())
        .filter(word -> !finished.contains(word))
        .toList();
    if (others.stream().anyMatch(word -> word.startsWith("-"))) {
      arguments.add("--");
    }
    arguments.addAll(others);
    return of(given, arguments);
  }

  private static void addOption(List<String> arguments, OptionSpec option) {
    for (String value : option.originalStringValues()) {
      arguments.add(
          option.arity().max() == 0 ? option.longestName() : option.longestName() + "=" + value);
    }
  }

  private static ResumeCommand of(List<String> given, List<String> arguments) {
    String script = System.getProperty(SCRIPT);
    List<String> words =
        new ArrayList<>(script == null ? program(given, commandLine()) : List.of(script));
    words.addAll(arguments);
    return new ResumeCommand(words);
  }

  /** What stands before the arguments: known if they are the last words of the command line. */
  static List<String> program(List<String> given, List<String> commandLine) {
    int before = commandLine.size() - given.size();
    if (before > 0 && commandLine.subList(before, commandLine.size()).equals(given)) {
      return commandLine.subList(0, before);
    }
    String path = System.getProperty("java.class.path", "");
    return path.endsWith(".jar") && !path.contains(File.pathSeparator)
        ? List.of("java", "-jar", path)
        : List.of("java", "-cp", path, FileTransfer.class.getName());
  }

  /** Linux keeps it, each word with a NUL behind it. Elsewhere, or where it is no UTF-8, there is none. */
  private static List<String> commandLine() {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(COMMAND_LINE));
      String all = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return List.of(all.substring(0, Math.max(0, all.length() - 1)).split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** For a shell. */
  @Override
  public String toString() {
    return words.stream().map(ShellWord::of).collect(Collectors.joining(" "));
  }
}
