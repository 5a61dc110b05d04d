package io.pipewright.exchange;

/** The request could not be sent: it has no id, an encoder refused it, or the write failed. The cause says which. */
public final class RequestNotSentException extends ExchangeException {

  RequestNotSentException(String peer, Throwable cause) {
    super("the request to " + peer + " could not be sent: " + reason(cause), cause);
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }
}
