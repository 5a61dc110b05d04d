package io.pipewright.filetransfer.saving;

import io.pipewright.log.Escaped;
import java.nio.file.Path;

/** The file system has not got the space, as far as it says so before the first byte is written. */
public final class InsufficientSpaceException extends SavingException {

  private final long neededBytes;
  private final long usableBytes;

  InsufficientSpaceException(Path path, long neededBytes, long usableBytes) {
    super(
        path,
        "%s needs %,d bytes more and its file system has %,d: free at least %,d bytes"
            .formatted(
                Escaped.of(path.toString()), neededBytes, usableBytes, neededBytes - usableBytes),
        null);
    this.neededBytes = neededBytes;
    this.usableBytes = usableBytes;
  }

  /** How many bytes are still to be written. */
  public long neededBytes() {
    return neededBytes;
  }

  /** How many bytes this process may use there. */
  public long usableBytes() {
    return usableBytes;
  }
}
