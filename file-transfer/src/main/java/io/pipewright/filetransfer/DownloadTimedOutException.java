package io.pipewright.filetransfer;

import java.time.Duration;

/** The server was silent for longer than it may be. */
public final class DownloadTimedOutException extends DownloadException {

  private final long bytes;
  private final Duration timeout;

  DownloadTimedOutException(String name, long bytes, Duration timeout) {
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
