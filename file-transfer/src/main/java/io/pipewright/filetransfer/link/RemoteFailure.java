package io.pipewright.filetransfer.link;

import io.pipewright.PipewrightException;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer.Failure;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.log.Escaped;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The server answered with an error. Unless its code {@linkplain ErrorCode#closes closes} it, the connection goes on. */
public final class RemoteFailure extends PipewrightException {

  private static final int SHOWN_BYTES = 256;

  private final transient Endpoint server;
  private final transient Failure failure;

  /**
   * Puts into words what the server said; its text is a stranger's and is escaped.
   *
   * @param server who
   * @param failure what
   */
  public RemoteFailure(Endpoint server, Failure failure) {
    super(server + " answers " + failure.code()
        + (failure.text().isEmpty() ? "" : ": " + Escaped.of(failure.text(), SHOWN_BYTES)));
    this.server = server;
    this.failure = failure;
  }

  /** Who said so. */
  public Endpoint server() {
    return server;
  }

  /** Why. */
  public ErrorCode code() {
    return failure.code();
  }

  /** What the server says to people, as it came: escape it before it is shown. */
  public String text() {
    return failure.text();
  }

  /** When to come back. */
  public Optional<Duration> retryAfter() {
    return failure.retryAfter();
  }

  /** Where to go on, when the server drains. */
  public OptionalLong offset() {
    return failure.offset();
  }
}
