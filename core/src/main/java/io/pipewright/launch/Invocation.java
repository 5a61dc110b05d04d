package io.pipewright.launch;

import io.pipewright.log.Escaped;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** One run of a program: its command tree made ready, parsed, executed, and its failure told. */
final class Invocation {

  private final String program;
  private final Arguments arguments;
  private final OptionSources sources;
  private final PrintStream out;
  private final PrintStream err;

  Invocation(
      String program,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      String... arguments) {
    this.program = program;
    this.arguments = new Arguments(arguments);
    this.sources = OptionSources.of(this.arguments, environment);
    this.out = out;
    this.err = err;
  }

  boolean verbose() {
    return sources.verbose();
  }

  int run(Object command) {
    try {
      return commandLine(command).execute(arguments.words().toArray(String[]::new));
    } catch (Throwable e) { // an Error is no stack trace either
      return failed(e);
    }
  }

  private CommandLine commandLine(Object command) {
    CommandLine root = new CommandLine(command);
    root.setCommandName(program);
    prepare(root, new ProgramVersion(program, command.getClass()));
    Converters.register(root);
    root.setCaseInsensitiveEnumValuesAllowed(
        true); // users write them as --help shows them: in lower case
    root.setDefaultValueProvider(sources);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setExpandAtFiles(false); // an argument that begins with @ is that argument
    root.setOut(new PrintWriter(out, true, Encodings.output()));
    root.setErr(new PrintWriter(err, true, Encodings.error()));
    root.setExecutionStrategy(this::execute);
    root.setParameterExceptionHandler((e, words) -> misused(e));
    root.setExecutionExceptionHandler((e, failed, result) -> failed(e));
    return root;
  }

  private static void prepare(CommandLine command, ProgramVersion version) {
    CommandSpec spec = command.getCommandSpec();
    addHelp(spec);
    spec.versionProvider(version);
    spec.usageMessage().showDefaultValues(true).abbreviateSynopsis(true);
    if (command.getSubcommands().isEmpty()) {
      spec.addMixin("common", CommandSpec.forAnnotatedObject(new CommonOptions()));
    }
    command.getSubcommands().values().forEach(subcommand -> prepare(subcommand, version));
  }

  /** Where -h has another meaning, as for ls, help has its long name alone. */
  private static void addHelp(CommandSpec spec) {
    if (!spec.optionsMap().containsKey("-h")) {
      spec.mixinStandardHelpOptions(true);
      return;
    }
    spec.addOption(OptionSpec.builder("--help")
        .usageHelp(true)
        .description("Show this help message and exit.")
        .build());
    spec.addOption(OptionSpec.builder("-V", "--version")
        .versionHelp(true)
        .description("Print version information and exit.")
        .build());
  }

  private int execute(ParseResult result) {
    if (!asksForHelp(result)) {
      CommandLine root = result.commandSpec().commandLine();
      checkSources(root, last(result));
    }
    return new RunLast().execute(result);
  }

  private void checkSources(CommandLine root, CommandLine used) {
    try {
      sources.check(root);
    } catch (LaunchException e) {
      throw new ParameterException(used, e.getMessage(), e);
    }
  }

  private static boolean asksForHelp(ParseResult result) {
    return result.asCommandLineList().stream()
        .anyMatch(command -> command.isUsageHelpRequested() || command.isVersionHelpRequested());
  }

  private static CommandLine last(ParseResult result) {
    List<CommandLine> commands = result.asCommandLineList();
    return commands.get(commands.size() - 1);
  }

  int failed(Throwable failure) {
    err.println(program + ": " + Failures.sentence(failure));
    traceIfWanted(failure);
    return Failures.exitCode(failure);
  }

  private int misused(ParameterException failure) {
    CommandLine used = failure.getCommandLine();
    String command = used.getCommandSpec().qualifiedName(" ");
    err.println(
        "%s: %s (see %s --help)".formatted(program, Escaped.of(sentence(failure)), command));
    traceIfWanted(failure);
    return ExitCode.USAGE;
  }

  private void traceIfWanted(Throwable failure) {
    if (verbose()) {
      failure.printStackTrace(err);
    }
  }

  private String sentence(ParameterException failure) {
    CommandLine root = root(failure.getCommandLine());
    // A broken config file supplies nothing, and then whatever picocli misses is a consequence.
    try {
      sources.check(root);
    } catch (LaunchException e) {
      return e.getMessage();
    }
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched);
    }
    String message = String.valueOf(failure.getMessage());
    if (message.equals("Missing required subcommand")) {
      return "no command given: one of " + String.join(", ", names(failure.getCommandLine()));
    }
    ArgSpec argument = failure.getArgSpec();
    return argument == null
        ? decapitalised(message)
        : decapitalised(asUsersWrite(argument, message))
            + sources.origin(argument).map(from -> ", from " + from).orElse("");
  }

  /** picocli lists an enum's values as the code writes them; their toString is what a user types. */
  private static String asUsersWrite(ArgSpec argument, String message) {
    Object[] values = argument.type().getEnumConstants();
    return values == null
        ? message
        : message.replaceFirst(
            "\\[[^]]*] \\(case-insensitive\\)",
            Matcher.quoteReplacement(
                Stream.of(values).map(Object::toString).collect(Collectors.joining(", "))));
  }

  private static String unmatched(UnmatchedArgumentException failure) {
    String word = failure.getUnmatched().get(0);
    CommandLine used = failure.getCommandLine();
    if (word.startsWith("-")) {
      String option = word.replaceFirst("=.*", "");
      return "unknown option '%s'%s"
          .formatted(
              option, NearMatch.hint(option, used.getCommandSpec().optionsMap().keySet()));
    }
    return used.getSubcommands().isEmpty()
        ? "unexpected argument '" + word + "'"
        : "unknown command '%s'%s".formatted(word, NearMatch.hint(word, names(used)));
  }

  private static Set<String> names(CommandLine command) {
    return new TreeSet<>(command.getSubcommands().keySet());
  }

  private static CommandLine root(CommandLine command) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root;
  }

  /** The sentence goes on after the program's name. */
  private static String decapitalised(String message) {
    return message.isEmpty()
        ? message
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }
}
