package io.pipewright.filetransfer.saving;

import io.pipewright.log.Escaped;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file system refuses: no permission, read-only, no space, no such folder, a broken disk. */
public final class NotWritableException extends SavingException {

  NotWritableException(Path path, String why) {
    super(path, "cannot write %s: %s".formatted(Escaped.of(path.toString()), why), null);
  }

  NotWritableException(Path path, IOException cause) {
    super(path, "cannot write %s: %s".formatted(Escaped.of(path.toString()), reason(cause)), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "this process may not write there";
    }
    if (cause instanceof NoSuchFileException) {
      return "its folder, or its unfinished file, has been taken away";
    }
    if (cause instanceof FileSystemException named && named.getReason() != null) {
      return Escaped.of(named.getReason());
    }
    return Escaped.of(cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }
}
