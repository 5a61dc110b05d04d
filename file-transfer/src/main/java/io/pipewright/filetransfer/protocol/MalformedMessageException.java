package io.pipewright.filetransfer.protocol;

import io.pipewright.ProtocolException;

/**
 * A message of the native dialect that breaks its rules: a field of a wrong width, twice, missing, or with a value that it
 * cannot have. Nothing behind such a message can be trusted, hence it ends its connection.
 */
public final class MalformedMessageException extends ProtocolException {

  private final String type;

  MalformedMessageException(String type, String reason) {
    super("a malformed " + type + " message: " + reason);
    this.type = type;
  }

  /** The message's type, such as {@code GET}. */
  public String type() {
    return type;
  }
}
