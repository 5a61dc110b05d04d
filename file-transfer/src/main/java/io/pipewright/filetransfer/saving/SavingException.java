package io.pipewright.filetransfer.saving;

import io.pipewright.PipewrightException;
import java.nio.file.Path;

/** A file that cannot be put where it should be. Nothing has taken the place of what was there. */
public abstract class SavingException extends PipewrightException {

  private final transient Path path;

  /**
   * Made by the kinds of it alone.
   *
   * @param path what it is about
   * @param sentence one sentence for a user
   * @param cause what lies beneath, or {@code null}
   */
  SavingException(Path path, String sentence, Throwable cause) {
    super(sentence, cause);
    this.path = path;
  }

  /** What it is about: the final name of the file, or the folder. */
  public Path path() {
    return path;
  }
}
