package io.pipewright.filetransfer.link;

import java.util.concurrent.CompletionException;

/** What futures have put around an exception, taken off. */
final class Causes {

  private Causes() {}

  static Throwable of(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
