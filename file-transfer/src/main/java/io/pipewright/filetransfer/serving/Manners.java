package io.pipewright.filetransfer.serving;

import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How patient a server is.
 *
 * @param maxRequests how many requests of a connection may wait for their answer before it is read on
 * @param linger how long a peer may take to close its end after the server closed its own
 * @param retryAfter when a client is to come back that was turned away
 * @param refusalDelay how long a client with a wrong secret waits for its answer
 */
public record Manners(
    int maxRequests, Duration linger, Duration retryAfter, Duration refusalDelay) {

  /** Come back later. */
  Answer.Failure busy(String text) {
    return new Answer.Failure(ErrorCode.BUSY, text, OptionalLong.empty(), Optional.of(retryAfter));
  }

  /** Come back later, or elsewhere. */
  Answer.Failure draining(OptionalLong offset) {
    return new Answer.Failure(
        ErrorCode.DRAINING, "the server ends", offset, Optional.of(retryAfter));
  }
}
