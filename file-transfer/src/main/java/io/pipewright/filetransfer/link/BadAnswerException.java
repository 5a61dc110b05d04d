package io.pipewright.filetransfer.link;

import io.pipewright.ProtocolException;
import io.pipewright.address.Endpoint;

/** A server's answer is well-formed and yet not one to what was asked: its connection is closed. */
public final class BadAnswerException extends ProtocolException {

  private final transient Endpoint server;

  BadAnswerException(Endpoint server, String what) {
    super(server + " broke the protocol: " + what);
    this.server = server;
  }

  /** Who did. */
  public Endpoint server() {
    return server;
  }
}
