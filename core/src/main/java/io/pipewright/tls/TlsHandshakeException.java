package io.pipewright.tls;

import io.pipewright.ProtocolException;

/**
 * A TLS handshake failed, or a peer refused it afterwards (in TLS 1.3 a client learns only then that its certificate will not
 * do). The connection is closed.
 */
public final class TlsHandshakeException extends ProtocolException {

  private final TlsFailure failure;
  private final String reason;

  TlsHandshakeException(TlsFailure failure, String reason, Throwable cause) {
    super("TLS handshake failed: " + reason, cause);
    this.failure = failure;
    this.reason = reason;
  }

  /** What kind of failure it was. */
  public TlsFailure failure() {
    return failure;
  }

  /** What was wrong, as the end of a sentence. */
  public String reason() {
    return reason;
  }
}
