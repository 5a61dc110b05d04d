package io.pipewright.filetransfer.link;

import io.pipewright.address.Endpoint;
import java.time.Duration;

/** A server owed an answer and sent nothing for too long. */
public final class ServerSilentException extends LinkException {

  private final Duration timeout;

  ServerSilentException(Endpoint server, Duration timeout, String advice) {
    super(server, server + " sent nothing for " + timeout.toMillis() + " ms" + advice, null);
    this.timeout = timeout;
  }

  /** For how long it was silent. */
  public Duration timeout() {
    return timeout;
  }
}
