package io.pipewright.exchange;

import io.pipewright.PipewrightException;

/** A request got no answer, or was not even sent; each kind says why. */
public abstract sealed class ExchangeException extends PipewrightException
    permits AnswerTimedOutException,
        TooManyInFlightException,
        ConnectionLostException,
        DuplicateIdException,
        RequestNotSentException {

  ExchangeException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
