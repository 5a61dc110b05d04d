package io.pipewright.exchange;

/**
 * The connection ended, or the peer finished sending, before the answer came. Whether the peer has acted on the request is not
 * known, unless {@link #sent()} says that it was not sent at all.
 */
public final class ConnectionLostException extends ExchangeException {

  private final boolean sent;

  ConnectionLostException(String peer, boolean sent, Throwable cause) {
    super(
        sent
            ? "the connection to " + peer + " ended before the answer came" + because(cause)
            : "the connection to " + peer + " has ended; the request was not sent" + because(cause),
        cause);
    this.sent = sent;
  }

  private static String because(Throwable cause) {
    return cause == null || cause.getMessage() == null
        ? ""
        : ": " + cause.getMessage().lines().findFirst().orElse("");
  }

  /** Whether the request was handed to the connection; if not, it is safe to send it again elsewhere. */
  public boolean sent() {
    return sent;
  }
}
