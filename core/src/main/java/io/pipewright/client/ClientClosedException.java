package io.pipewright.client;

import io.pipewright.PipewrightException;

/** The client or the pool has been closed, or has given up; the cause says why it did. */
public final class ClientClosedException extends PipewrightException {

  ClientClosedException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
