package io.pipewright.filetransfer.saving;

import io.pipewright.log.Escaped;
import java.nio.file.Path;

/** Another process, or another download of this one, is fetching the same file to the same place. */
public final class PartFileBusyException extends SavingException {

  PartFileBusyException(Path path, Path journal) {
    super(
        path,
        "%s is being fetched already: another download holds the lock of %s"
            .formatted(Escaped.of(path.toString()), Escaped.of(journal.toString())),
        null);
  }
}
