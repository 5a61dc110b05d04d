package io.pipewright.filetransfer.download;

import java.nio.file.Path;

/** Another file has the name already, and the settings say that it must stay. */
public final class FileExistsException extends DownloadException {

  private final transient Path file;

  /**
   * @param name the name that was asked for
   * @param file the file that is in the way
   */
  public FileExistsException(String name, Path file) {
    super(
        name,
        "%s is there already, and is not the file %s of the server: overwrite it, skip it, or save under another name"
            .formatted(file, name),
        null);
    this.file = file;
  }

  /** The file that is in the way. */
  public Path file() {
    return file;
  }
}
