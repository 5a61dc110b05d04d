package io.pipewright.launch;

import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.PipewrightException;
import io.pipewright.TransportUnavailableException;
import io.pipewright.client.NotConnectedException;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What a failure is to a user: an exit code and one line. */
final class Failures {

  private Failures() {}

  static int exitCode(Throwable failure) {
    Throwable cause = unwrapped(failure);
    if (cause instanceof LaunchException launch) {
      return launch.exitCode();
    }
    if (cause instanceof BindFailedException) {
      return ExitCode.CANNOT_LISTEN;
    }
    if (cause instanceof ConnectFailedException || cause instanceof NotConnectedException) {
      return ExitCode.CANNOT_CONNECT;
    }
    if (cause instanceof ConfigurationException
        || cause instanceof TransportUnavailableException
        || cause instanceof InvalidPathException) {
      return ExitCode.USAGE;
    }
    return cause instanceof TimeoutException ? ExitCode.TIMED_OUT : ExitCode.FAILED;
  }

  /** One sentence without line breaks or other control characters, whatever the failure says. */
  static String sentence(Throwable failure) {
    Throwable cause = unwrapped(failure);
    String text =
        cause instanceof PipewrightException ? String.valueOf(cause.getMessage()) : reason(cause);
    return Escaped.of(text);
  }

  /** What went wrong, as the end of a sentence; a file is named. */
  private static String reason(Throwable cause) {
    if (cause instanceof FileSystemException file && file.getFile() != null) {
      return file.getFile() + ": " + why(cause);
    }
    return cause instanceof InvalidPathException path
        ? path.getInput() + ": " + why(path)
        : why(cause);
  }

  /** What went wrong, for a sentence that names the file already. */
  static String why(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "it is already there";
    }
    if (cause instanceof InvalidPathException path) {
      return why(path);
    }
    String message =
        cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
    String name = cause.getClass().getSimpleName();
    if (cause instanceof IOException || cause instanceof TimeoutException) {
      return message == null ? name : message;
    }
    return "unexpected %s (%s shows where)"
        .formatted(message == null ? name : name + ": " + message, OptionSources.VERBOSE);
  }

  /** Java encodes file names as the locale says, and the POSIX locale has ASCII names only. */
  private static String why(InvalidPathException cause) {
    return StandardCharsets.US_ASCII.newEncoder().canEncode(cause.getInput())
        ? "not a path: " + cause.getReason()
        : "this locale cannot write that name; LC_ALL=C.UTF-8 can";
  }

  /** Takes off what only says that something failed elsewhere. */
  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && wraps(cause)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static boolean wraps(Throwable failure) {
    return failure instanceof CompletionException
        || failure instanceof ExecutionException
        || failure instanceof UncheckedIOException;
  }
}
