package io.pipewright.filetransfer.command;

import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.filetransfer.download.CannotSaveException;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.saving.SavingException;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.util.Map;

/** What a failure means to a script: the exit code of it. */
final class FailureCode {

  private static final Map<Class<?>, Integer> CODES = Map.of(
      ConfigurationException.class, ExitCode.USAGE,
      ConnectFailedException.class, ExitCode.CANNOT_CONNECT,
      DownloadTimedOutException.class, ExitCode.TIMED_OUT,
      DownloadRefusedException.class, ExitCode.REFUSED,
      MissingSumException.class, ExitCode.INTEGRITY,
      IntegrityException.class, ExitCode.INTEGRITY,
      FileChangedException.class, ExitCode.CHANGED,
      FileExistsException.class, ExitCode.CANNOT_WRITE,
      CannotSaveException.class, ExitCode.CANNOT_WRITE);

  private FailureCode() {}

  /** {@link ExitCode#FAILED} if there is no better one. */
  static int of(Throwable failure) {
    if (failure instanceof SavingException) {
      return ExitCode.CANNOT_WRITE;
    }
    return failure instanceof LaunchException launch
        ? launch.exitCode()
        : CODES.getOrDefault(failure.getClass(), ExitCode.FAILED);
  }
}
