package io.pipewright.filetransfer.download;

/**
 * A server answered, and what it said is neither the file nor a no: it cannot read the file, or does not understand this client. What
 * had come is kept for the next try.
 */
public final class ServerFailedException extends DownloadException {

  private final String server;

  /**
   * @param name the name that was asked for
   * @param server who failed
   * @param why the end of a sentence for a user
   * @param cause what lies beneath
   */
  public ServerFailedException(String name, String server, String why, Throwable cause) {
    super(name, "%s fails to give %s: %s".formatted(server, name, why), cause);
    this.server = server;
  }

  /** Who failed. */
  public String server() {
    return server;
  }
}
