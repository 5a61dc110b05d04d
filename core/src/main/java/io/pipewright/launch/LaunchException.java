package io.pipewright.launch;

import io.pipewright.PipewrightException;

/**
 * Ends a program with a given exit code and sentence. A command throws it where none of the
 * library's own exceptions says what went wrong; {@link ServiceLauncher#run} prints the sentence on
 * one line of standard error.
 */
public final class LaunchException extends PipewrightException {

  private final int exitCode;

  /**
   * @param exitCode one of {@link ExitCode}
   * @param sentence what went wrong and what to do about it, without the program's name
   */
  public LaunchException(int exitCode, String sentence) {
    super(sentence);
    this.exitCode = exitCode;
  }

  /**
   * @param exitCode one of {@link ExitCode}
   * @param sentence what went wrong and what to do about it, without the program's name
   * @param cause shown with {@code --verbose}
   */
  public LaunchException(int exitCode, String sentence, Throwable cause) {
    super(sentence, cause);
    this.exitCode = exitCode;
  }

  /** The code the program ends with. */
  public int exitCode() {
    return exitCode;
  }
}
