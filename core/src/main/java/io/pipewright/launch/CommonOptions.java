package io.pipewright.launch;

import picocli.CommandLine.Option;

/**
 * The options of every command. {@link Invocation} adds them; their values are used before picocli
 * parses anything (see {@link Arguments}), so nothing reads these fields.
 */
final class CommonOptions {

  @Option(
      names = OptionSources.CONFIG,
      paramLabel = "FILE",
      description = {
        "Read options from this properties file, one 'idle-timeout = 30s' a line.",
        "The command line wins, then the environment (PIPEWRIGHT_IDLE_TIMEOUT=30s), then the file."
      })
  String config;

  @Option(
      names = OptionSources.VERBOSE,
      description = "Log in detail, and show a stack trace with an error.")
  boolean verbose;
}
