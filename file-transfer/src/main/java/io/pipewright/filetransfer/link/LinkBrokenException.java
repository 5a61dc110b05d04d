package io.pipewright.filetransfer.link;

import io.pipewright.address.Endpoint;

/** A connection ended, by either end or on the way, before everything that was asked on it was answered. */
public final class LinkBrokenException extends LinkException {

  LinkBrokenException(Endpoint server, String why, Throwable cause) {
    super(server, "the connection to " + server + " broke: " + why, cause);
  }
}
