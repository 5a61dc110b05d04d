package io.pipewright.client;

import io.pipewright.PipewrightException;

/** There is no connection now, and nothing was sent. The cause is the last failure, if there was one. */
public final class NotConnectedException extends PipewrightException {

  NotConnectedException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
