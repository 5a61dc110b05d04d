package io.pipewright.filetransfer.download;

import io.pipewright.PipewrightException;

/**
 * A download that ended in the middle. There is nothing under the file's own name that was not there before; blocks that were
 * verified are kept in hidden files beside it, for the next try, unless the kind of the exception says otherwise.
 */
public abstract sealed class DownloadException extends PipewrightException
    permits CannotSaveException,
        DownloadBrokenException,
        DownloadRefusedException,
        DownloadStoppedException,
        DownloadTimedOutException,
        FileChangedException,
        FileExistsException,
        IntegrityException,
        ServerFailedException {

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
