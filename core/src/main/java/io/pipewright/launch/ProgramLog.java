package io.pipewright.launch;

import static io.pipewright.launch.LibraryDefaults.unlessSet;

/**
 * Tells {@link ProgramLogConfigurator} that this process is a program, and what its user asked for. It has to happen before
 * anything logs, because Logback is set up once. A user's own {@code -Dlogback.configurationFile} wins, and so does each {@code
 * -Dpipewright.log.…}.
 */
final class ProgramLog {

  /** Set in a process whose log is ours to set up; in any other it is its application's. */
  static final String PROGRAM = "pipewright.log.program";

  static final String CHARSET = "pipewright.log.charset";
  static final String LEVEL = "pipewright.log.level";
  static final String MESSAGE = "pipewright.log.message";

  private ProgramLog() {}

  static void setUp(boolean verbose) {
    unlessSet(PROGRAM, "true");
    unlessSet(CHARSET, Encodings.error().name());
    if (verbose) {
      unlessSet(LEVEL, "DEBUG");
      unlessSet(MESSAGE, "%replace(%msg){'[\\r\\n]+', ' '}"); // the trace follows
    }
  }
}
