package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.link.ServerSilentException;
import io.pipewright.filetransfer.protocol.ErrorCode;
import java.util.concurrent.CompletionException;

/** What the causes of failures mean for a download. */
final class Causes {

  private Causes() {}

  /** What futures have put around an exception, taken off. */
  static Throwable of(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** Whether the server says that it gives no such file. */
  static boolean isRefusal(Throwable cause) {
    return cause instanceof RemoteFailure failure && failure.code() == ErrorCode.NOT_GIVEN;
  }

  /** Whether the server says that the file is another one now, or none at all, after it has been one. */
  static boolean isChange(Throwable cause) {
    return cause instanceof RemoteFailure failure
        && (failure.code() == ErrorCode.CHANGED || failure.code() == ErrorCode.NOT_GIVEN);
  }

  /** Whether the server has enough to do, or is about to end, and says so. */
  static boolean isBusy(Throwable cause) {
    return cause instanceof RemoteFailure failure
        && (failure.code() == ErrorCode.BUSY || failure.code() == ErrorCode.DRAINING);
  }

  /** Whether asking again would bring the same. */
  static boolean isFinal(Throwable cause) {
    return cause instanceof RemoteFailure failure
        && (failure.code() == ErrorCode.UNAUTHORIZED
            || failure.code() == ErrorCode.UNSUPPORTED_VERSION
            || failure.code() == ErrorCode.NOT_GIVEN
            || failure.code() == ErrorCode.CHANGED);
  }

  /** The exception that a user gets when nobody is left to ask. */
  static PipewrightException forUser(
      String name, Mirror mirror, Throwable cause, long fetchedBytes) {
    String server = mirror.endpoint().toString();
    if (mirror.hasAnswered() && isChange(cause)) {
      return new FileChangedException(name, server);
    }
    if (cause instanceof RemoteFailure failure) {
      return new DownloadRefusedException(
          name, server, wordsOf(failure), failure.retryAfter(), failure);
    }
    if (cause instanceof ServerSilentException silent) {
      return new DownloadTimedOutException(name, fetchedBytes, silent.timeout());
    }
    if (cause instanceof PipewrightException typed && !mirror.hasAnswered()) {
      return typed;
    }
    return new DownloadBrokenException(name, fetchedBytes, cause);
  }

  private static String wordsOf(RemoteFailure failure) {
    return switch (failure.code()) {
      case BUSY -> "it has too much to do";
      case DRAINING -> "it is about to end";
      case UNAUTHORIZED -> "it wants another secret";
      case FAILED, OTHER -> "it cannot read it";
      default -> failure.getMessage();
    };
  }
}
