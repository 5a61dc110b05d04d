package io.pipewright.filetransfer.sending;

import java.io.IOException;

/** A file was changed while it was sent, so that what comes next is not of the version that was promised. */
public final class VersionChangedException extends IOException {

  private static final long serialVersionUID = 1;

  VersionChangedException() {
    super("the file was changed while it was sent");
  }
}
