package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.filetransfer.download.ServerFailedException;
import io.pipewright.filetransfer.link.LinkBrokenException;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.link.ServerSilentException;
import io.pipewright.filetransfer.protocol.ErrorCode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** What the causes of failures mean for a download. */
final class Causes {

  private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(20);

  /** What a server says once it says always. */
  private static final Set<ErrorCode> FINAL = EnumSet.of(
      ErrorCode.UNAUTHORIZED,
      ErrorCode.UNSUPPORTED_VERSION,
      ErrorCode.NOT_GIVEN,
      ErrorCode.CHANGED,
      ErrorCode.OUT_OF_RANGE,
      ErrorCode.BAD_REQUEST,
      ErrorCode.UNKNOWN_REQUEST);

  /** What is no refusal: the server cannot do it, or does not understand. */
  private static final Set<ErrorCode> FAILURES = Set.of(
      ErrorCode.FAILED,
      ErrorCode.OTHER,
      ErrorCode.UNSUPPORTED_VERSION,
      ErrorCode.BAD_REQUEST,
      ErrorCode.UNKNOWN_REQUEST);

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

  /** Whether the same may go well the next time. A server that has never answered may not be there at all. */
  static boolean isWorthAnotherTry(Throwable cause, Server server) {
    if (cause instanceof RemoteFailure failure) {
      return !FINAL.contains(failure.code());
    }
    if (cause instanceof LinkBrokenException) {
      return true;
    }
    return cause instanceof PipewrightException && server.hasAnswered();
  }

  /** How long to wait before the next try: as the settings have it, or longer if the server says so. */
  static Duration delay(FetchSettings settings, int failures, Throwable cause) {
    Duration delay = settings.backoff().delay(failures);
    if (cause instanceof RemoteFailure failure && failure.retryAfter().isPresent()) {
      Duration asked = shorter(failure.retryAfter().get(), LONGEST_RETRY_AFTER);
      return delay.compareTo(asked) < 0 ? asked : delay;
    }
    return delay;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * The exception that a user gets when nobody is left to ask.
   *
   * @param begun whether the server had said already what the file is
   */
  static PipewrightException forUser(
      String name, Server server, boolean begun, Throwable cause, long fetchedBytes) {
    String where = server.endpoint().toString();
    if (begun && isChange(cause)) {
      return new FileChangedException(name, where);
    }
    if (cause instanceof RemoteFailure failure) {
      String why = wordsOf(failure);
      return FAILURES.contains(failure.code())
          ? new ServerFailedException(name, where, why, failure)
          : new DownloadRefusedException(name, where, why, failure.retryAfter(), failure);
    }
    if (cause instanceof ServerSilentException silent) {
      return new DownloadTimedOutException(name, fetchedBytes, silent.timeout());
    }
    if (cause instanceof PipewrightException typed
        && !begun
        && !(cause instanceof LinkBrokenException)) {
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
      case NOT_GIVEN -> "it has no such file, or keeps it to itself";
      default -> failure.getMessage();
    };
  }
}
