package io.pipewright.filetransfer;

import io.pipewright.PipewrightException;

/** A download that ended in the middle. Nothing of it was left behind. */
public abstract class DownloadException extends PipewrightException {

  private final String name;

  /**
   * Made by the kinds of it alone.
   *
   * @param name the name that was asked for
   * @param sentence one sentence for a user
   * @param cause what lies beneath, or {@code null}
   */
  DownloadException(String name, String sentence, Throwable cause) {
    super(sentence, cause);
    this.name = name;
  }

  /** The name that was asked for. */
  public String name() {
    return name;
  }
}
