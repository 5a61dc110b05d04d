package io.pipewright.filetransfer.serving;

import io.pipewright.ProtocolException;

/** A client showed no secret, or a wrong one. */
final class UnauthorizedException extends ProtocolException {

  private static final long serialVersionUID = 1;

  /**
   * @param shown what it did show, in words
   */
  UnauthorizedException(String shown) {
    super("a client was turned away that showed " + shown);
  }
}
