package io.pipewright.filetransfer;

/** The connection broke before the file's end: the server or the line reset it, or we closed it. */
public final class DownloadBrokenException extends DownloadException {

  private final long bytes;

  DownloadBrokenException(String name, long bytes, Throwable cause) {
    super(
        name,
        "the connection broke after %d bytes of %s: %s"
            .formatted(bytes, name, cause == null ? "it was closed" : cause.getMessage()),
        cause);
    this.bytes = bytes;
  }

  /** How many bytes had come. */
  public long bytes() {
    return bytes;
  }
}
