package io.pipewright.filetransfer.download;

/** The connection broke before the file's end, as often as it was tried: the server or the line cut it. */
public final class DownloadBrokenException extends DownloadException {

  private final long bytes;

  /**
   * @param name the name that was asked for
   * @param bytes how many bytes had come
   * @param cause what broke it, or {@code null} if all that is known is that it was closed
   */
  public DownloadBrokenException(String name, long bytes, Throwable cause) {
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
