package io.pipewright.filetransfer.saving;

import io.pipewright.log.Escaped;
import java.nio.file.Path;

/** Something has the final name already, and the policy is {@link ExistingFile#REFUSE}. */
public final class TargetExistsException extends SavingException {

  TargetExistsException(Path path) {
    super(
        path, "%s exists already and is not replaced".formatted(Escaped.of(path.toString())), null);
  }
}
