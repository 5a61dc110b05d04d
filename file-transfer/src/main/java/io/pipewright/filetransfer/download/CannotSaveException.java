package io.pipewright.filetransfer.download;

import java.nio.file.Path;

/** A download cannot be written here: no such folder, no permission, no space. */
public final class CannotSaveException extends DownloadException {

  private final transient Path folder;

  /**
   * @param name the name that was asked for
   * @param folder the folder in which it was to be
   * @param why the end of a sentence for a user
   * @param cause what the file system said, or {@code null}
   */
  public CannotSaveException(String name, Path folder, String why, Throwable cause) {
    super(name, "cannot save %s in %s: %s".formatted(name, folder, why), cause);
    this.folder = folder;
  }

  /** The folder in which it was to be. */
  public Path folder() {
    return folder;
  }
}
