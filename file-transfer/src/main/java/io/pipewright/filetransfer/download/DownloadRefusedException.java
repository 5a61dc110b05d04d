package io.pipewright.filetransfer.download;

import java.time.Duration;
import java.util.Optional;

/** A server answered, and what it said is no: it is busy, wants a secret, or gives no such file. */
public final class DownloadRefusedException extends DownloadException {

  private final String server;
  private final transient Optional<Duration> retryAfter;

  /**
   * @param name the name that was asked for
   * @param server who refused
   * @param why the end of a sentence for a user
   * @param retryAfter when it may be worth while to come back, if the server said so
   * @param cause what lies beneath, or {@code null}
   */
  public DownloadRefusedException(
      String name, String server, String why, Optional<Duration> retryAfter, Throwable cause) {
    super(name, "%s does not give %s: %s".formatted(server, name, why), cause);
    this.server = server;
    this.retryAfter = retryAfter;
  }

  /** Who refused. */
  public String server() {
    return server;
  }

  /** When it may be worth while to come back, if the server said so. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
