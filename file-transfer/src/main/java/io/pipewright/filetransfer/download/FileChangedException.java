package io.pipewright.filetransfer.download;

/** The file changed on the server while it was downloaded: what had come is of no use and is thrown away. */
public final class FileChangedException extends DownloadException {

  private final String server;

  /**
   * @param name the name that was asked for
   * @param server whose file it is
   */
  public FileChangedException(String name, String server) {
    super(
        name,
        "%s changed on %s while it was downloaded: ask for it again".formatted(name, server),
        null);
    this.server = server;
  }

  /** Whose file it is. */
  public String server() {
    return server;
  }
}
