package io.pipewright.filetransfer.link;

import io.pipewright.address.Endpoint;

/**
 * Whoever answers there does not speak the native dialect: it ended the connection without a byte, or said something else. A server
 * that was just stopped may look the same.
 */
public final class NotNativeException extends LinkException {

  NotNativeException(Endpoint server, String what, Throwable cause) {
    super(
        server,
        server + " " + what
            + ": it may speak the plain dialect only; try --plain (in code, Dialect.PLAIN)",
        cause);
  }
}
