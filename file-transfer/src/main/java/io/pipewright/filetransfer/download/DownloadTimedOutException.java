package io.pipewright.filetransfer.download;

import java.time.Duration;

/** The servers were silent for longer than they may be, as often as it was tried. */
public final class DownloadTimedOutException extends DownloadException {

  private final long bytes;
  private final Duration timeout;

  /**
   * @param name the name that was asked for
   * @param bytes how many bytes had come
   * @param timeout how long a server may be silent
   */
  public DownloadTimedOutException(String name, long bytes, Duration timeout) {
    super(
        name,
        "no byte of %s came for %d.%03d s, after %d bytes: the server hangs or the line is down"
            .formatted(name, timeout.toSeconds(), timeout.toMillisPart(), bytes),
        null);
    this.bytes = bytes;
    this.timeout = timeout;
  }

  /** How many bytes had come. */
  public long bytes() {
    return bytes;
  }

  /** How long the server may be silent. */
  public Duration timeout() {
    return timeout;
  }
}
