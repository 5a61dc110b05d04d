package io.pipewright.filetransfer.sending;

import java.io.IOException;

/** A file became shorter while it was sent, so that what was promised cannot be kept. */
public final class FileTruncatedException extends IOException {

  private static final long serialVersionUID = 1;

  FileTruncatedException(long promised, long missing) {
    super(
        "the file became shorter while it was sent: %d bytes were promised, and there is none at position %d"
            .formatted(promised, missing));
  }
}
