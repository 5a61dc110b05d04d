package io.pipewright.filetransfer.link;

import io.pipewright.PipewrightException;
import io.pipewright.address.Endpoint;

/** A connection is of no more use, whatever was asked on it. */
public abstract sealed class LinkException extends PipewrightException
    permits LinkBrokenException, NotNativeException, ServerSilentException {

  private final transient Endpoint server;

  LinkException(Endpoint server, String sentence, Throwable cause) {
    super(sentence, cause);
    this.server = server;
  }

  /** Whose connection it was. */
  public Endpoint server() {
    return server;
  }
}
