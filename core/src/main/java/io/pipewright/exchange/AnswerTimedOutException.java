package io.pipewright.exchange;

import java.time.Duration;
import java.util.Locale;

/** The request was handed over, and no answer came in time. Whether the peer has acted on it is not known. */
public final class AnswerTimedOutException extends ExchangeException {

  private final Duration timeout;

  AnswerTimedOutException(String peer, Duration timeout) {
    super(
        "no answer from " + peer + " within "
            + timeout.toString().substring(2).toLowerCase(Locale.ROOT),
        null);
    this.timeout = timeout;
  }

  /** How long it was waited for. */
  public Duration timeout() {
    return timeout;
  }
}
