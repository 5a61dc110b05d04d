package io.pipewright.client;

import io.pipewright.PipewrightException;

/** All connections of the pool are leased, and waiting for one would take, or has taken, too long. */
public final class NoConnectionFreeException extends PipewrightException {

  NoConnectionFreeException(String sentence) {
    super(sentence);
  }
}
