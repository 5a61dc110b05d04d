package io.pipewright.filetransfer.serving;

import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;

/** What is answered without asking the store: requests that nobody can serve. */
final class StorelessReplies {

  private StorelessReplies() {}

  /** The reply, or {@code null} if the store has to be asked. */
  static Reply.Message to(Request request) {
    if (request instanceof Request.Unknown unknown) {
      return failure(
          ErrorCode.UNKNOWN_REQUEST,
          "this server knows no request 0x%02x".formatted(unknown.type()));
    }
    if (request instanceof Request.Malformed malformed) {
      return failure(ErrorCode.BAD_REQUEST, malformed.cause().getMessage());
    }
    return request instanceof Request.Hello
        ? failure(ErrorCode.BAD_REQUEST, "HELLO comes once")
        : null;
  }

  private static Reply.Message failure(ErrorCode code, String text) {
    return new Reply.Message(Answer.Failure.of(code, text));
  }
}
