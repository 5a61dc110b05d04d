package io.pipewright.tls;

import io.pipewright.ProtocolException;

/** A peer broke TLS after the handshake: a record that cannot be decrypted, an alert in the middle of things. */
public final class TlsRecordException extends ProtocolException {

  TlsRecordException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
