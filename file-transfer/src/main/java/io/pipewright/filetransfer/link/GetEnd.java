package io.pipewright.filetransfer.link;

import java.util.Optional;

/**
 * How the answer to a {@link NativeConnection#get} ended on a connection that did not break.
 *
 * @param position the first byte that was not handed to the receiver; where the range began if there was none
 * @param failure why the server ended it early, between blocks; none if the range is complete
 */
public record GetEnd(long position, Optional<RemoteFailure> failure) {

  /** Whether every byte that was asked for has been handed over. */
  public boolean isComplete() {
    return failure.isEmpty();
  }
}
