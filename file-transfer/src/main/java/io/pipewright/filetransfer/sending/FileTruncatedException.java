package io.pipewright.filetransfer.sending;

import java.io.IOException;

/** A file became shorter while it was sent, so that what was promised cannot be kept. */
public final class FileTruncatedException extends IOException {

  FileTruncatedException(long promised, long actual) {
    super("the file became shorter while it was sent: %d bytes were promised, %d are left"
        .formatted(promised, actual));
  }
}
