package io.pipewright.filetransfer;

import java.nio.file.Path;

/** A download cannot be written here: no such folder, no permission, no space. */
public final class CannotSaveException extends DownloadException {

  private final Path folder;

  CannotSaveException(String name, Path folder, String why, Throwable cause) {
    super(name, "cannot save %s in %s: %s".formatted(name, folder, why), cause);
    this.folder = folder;
  }

  /** The folder in which it was to be. */
  public Path folder() {
    return folder;
  }
}
