package io.pipewright.launch;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A password on the first line of a file, where neither a list of processes nor a history of commands shows it. */
final class PasswordFile {

  private PasswordFile() {}

  /**
   * Reads it.
   *
   * @param file {@code null} for none
   * @return {@code null} for none
   * @throws LaunchException if it cannot be read
   */
  static char[] read(Path file) {
    if (file == null) {
      return null;
    }
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").toCharArray();
    } catch (CharacterCodingException e) {
      throw new LaunchException(
          ExitCode.USAGE, "the password file " + file + " is not in UTF-8", e);
    } catch (IOException e) {
      throw new LaunchException(
          ExitCode.USAGE, "the password file " + file + ": " + Failures.why(e), e);
    }
  }
}
