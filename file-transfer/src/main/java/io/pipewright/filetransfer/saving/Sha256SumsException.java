package io.pipewright.filetransfer.saving;

import io.pipewright.PipewrightException;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A list of sums that cannot be used. */
public final class Sha256SumsException extends PipewrightException {

  private final transient Path file;
  private final int line;

  Sha256SumsException(Path file, int line, String why) {
    super("line %d of %s is no line of SHA256SUMS: %s"
        .formatted(line, Escaped.of(file.toString()), why));
    this.file = file;
    this.line = line;
  }

  Sha256SumsException(Path file, IOException cause) {
    super("cannot read %s: %s".formatted(Escaped.of(file.toString()), reason(cause)), cause);
    this.file = file;
    this.line = 0;
  }

  private static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "this process may not read it";
    }
    return Escaped.of(cause.toString());
  }

  /** The list. */
  public Path file() {
    return file;
  }

  /** The number of the line, from 1; 0 if it is not about one. */
  public int line() {
    return line;
  }
}
