package io.pipewright.proxy;

import io.pipewright.ProtocolException;

/** A PROXY header breaks the protocol's rules. */
final class MalformedProxyHeaderException extends ProtocolException {

  MalformedProxyHeaderException(String sentence) {
    super(sentence);
  }
}
