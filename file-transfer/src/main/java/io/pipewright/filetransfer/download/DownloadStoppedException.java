package io.pipewright.filetransfer.download;

/** The client was closed, or the download cancelled, before its end. What is verified is kept for the next try. */
public final class DownloadStoppedException extends DownloadException {

  private final long verifiedBytes;

  /**
   * @param name the name that was asked for
   * @param verifiedBytes how many bytes are kept; 0 in the plain dialect, which keeps nothing
   */
  public DownloadStoppedException(String name, long verifiedBytes) {
    super(name, "%s was stopped; %d bytes of it are kept".formatted(name, verifiedBytes), null);
    this.verifiedBytes = verifiedBytes;
  }

  /** How many bytes are kept. */
  public long verifiedBytes() {
    return verifiedBytes;
  }
}
