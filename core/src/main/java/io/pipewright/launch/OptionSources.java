package io.pipewright.launch;

import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where an option's value comes from when the command line does not give it: the environment
 * ({@code PIPEWRIGHT_IDLE_TIMEOUT} for {@code --idle-timeout}), then the config file ({@code
 * idle-timeout}), then what is built in.
 */
final class OptionSources implements IDefaultValueProvider {

  static final String CONFIG = "--config";
  static final String VERBOSE = "--verbose";

  private static final String PREFIX = "PIPEWRIGHT_";

  private final Arguments arguments;
  private final Map<String, String> environment;
  private final ConfigFile file;
  private final Optional<LaunchException> problem;

  private OptionSources(
      Arguments arguments,
      Map<String, String> environment,
      ConfigFile file,
      Optional<LaunchException> problem) {
    this.arguments = arguments;
    this.environment = environment;
    this.file = file;
    this.problem = problem;
  }

  /**
   * Reads the config file that {@code --config} or {@code PIPEWRIGHT_CONFIG} names. When it cannot
   * be read {@link #check} says so, later: somebody who asks for help gets it all the same.
   */
  static OptionSources of(Arguments arguments, Map<String, String> environment) {
    Optional<String> name = arguments
        .valueOf(CONFIG)
        .or(() -> Optional.ofNullable(environment.get(PREFIX + "CONFIG")))
        .filter(value -> !value.isEmpty());
    try {
      ConfigFile file = name.map(ConfigFile::read).orElse(ConfigFile.NONE);
      return new OptionSources(arguments, environment, file, Optional.empty());
    } catch (LaunchException e) {
      return new OptionSources(arguments, environment, ConfigFile.NONE, Optional.of(e));
    }
  }

  /** Whether stack traces and debugging records are wanted. */
  boolean verbose() {
    return arguments.has(VERBOSE)
        ? arguments.flag(VERBOSE)
        : value("verbose").map(Boolean::parseBoolean).orElse(false);
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!settable(argument) || onCommandLine(argument)) {
      // The second half matters for flags: picocli takes a flag for the opposite of its default,
      // so that --verbose would turn off what the environment turned on.
      return builtIn(argument);
    }
    // A value is what it says: picocli would look up ${…} in it, unless the dollar is doubled.
    return value(key((OptionSpec) argument))
        .map(value -> value.replace("$", "$$"))
        .orElseGet(() -> builtIn(argument));
  }

  /** Defaults that live in fields and whose own toString is not how a user writes them. */
  private static String builtIn(ArgSpec argument) {
    if (argument.defaultValue() != null) {
      return null;
    }
    if (argument.initialValue() instanceof Duration duration) {
      return Durations.format(duration);
    }
    return argument.initialValue() instanceof Charset charset ? charset.name() : null;
  }

  /**
   * Where the value of an argument came from, for a sentence about it: {@code "environment variable
   * PIPEWRIGHT_PORT"}. Empty when it was on the command line or built in.
   */
  Optional<String> origin(ArgSpec argument) {
    if (!settable(argument) || onCommandLine(argument)) {
      return Optional.empty();
    }
    String key = key((OptionSpec) argument);
    if (environmentValue(key).isPresent()) {
      return Optional.of("environment variable " + variable(key));
    }
    return file.values().containsKey(key)
        ? Optional.of("'" + key + "' in the config file " + file.name())
        : Optional.empty();
  }

  /**
   * Refuses a config file that cannot be read or has a key that no command of the program knows.
   * One file may serve all commands of a program: a key of another command is no mistake.
   *
   * @throws LaunchException naming the file, and the key
   */
  void check(CommandLine root) {
    problem.ifPresent(e -> {
      throw e;
    });
    Set<String> known = new TreeSet<>();
    collectKeys(root, known);
    for (String key : file.values().keySet()) {
      if (!known.contains(key)) {
        throw new LaunchException(
            ExitCode.USAGE,
            "the config file %s has an unknown key '%s'%s"
                .formatted(file.name(), key, NearMatch.hint(key, known)));
      }
    }
    warnOfSlips(known);
  }

  /** The environment belongs to others too, so an unknown variable is a slip only if it is near. */
  private void warnOfSlips(Collection<String> known) {
    Set<String> variables = new TreeSet<>(Set.of(PREFIX + "CONFIG"));
    known.forEach(key -> variables.add(variable(key)));
    for (String name : new TreeSet<>(environment.keySet())) {
      if (name.startsWith(PREFIX) && !variables.contains(name)) {
        NearMatch.of(name.substring(PREFIX.length()), withoutPrefix(variables))
            .ifPresent(match -> warnOfSlip(name, PREFIX + match));
      }
    }
  }

  private static void warnOfSlip(String name, String meant) {
    LoggerFactory.getLogger(OptionSources.class)
        .warn("the environment variable {} sets nothing; did you mean {}?", name, meant);
  }

  private static Collection<String> withoutPrefix(Collection<String> variables) {
    return variables.stream().map(name -> name.substring(PREFIX.length())).toList();
  }

  private static void collectKeys(CommandLine command, Set<String> keys) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (settable(option)) {
        keys.add(key(option));
      }
    }
    command.getSubcommands().values().forEach(subcommand -> collectKeys(subcommand, keys));
  }

  /** Help and version are questions, not settings; a config file does not name another. */
  private static boolean settable(ArgSpec argument) {
    return argument instanceof OptionSpec option
        && !option.usageHelp()
        && !option.versionHelp()
        && !option.longestName().equals(CONFIG);
  }

  private boolean onCommandLine(ArgSpec argument) {
    for (String name : ((OptionSpec) argument).names()) {
      if (arguments.has(name)) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> value(String key) {
    return environmentValue(key).or(() -> Optional.ofNullable(file.values().get(key)));
  }

  /** A variable that is set to nothing counts as not set: that is how container files unset one. */
  private Optional<String> environmentValue(String key) {
    return Optional.ofNullable(environment.get(variable(key))).filter(value -> !value.isEmpty());
  }

  private static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }
}
