package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request;

/** A request and what becomes of it. Confined to the connection's event loop. */
abstract class Exchange {

  private final Request request;

  Exchange(Request request) {
    this.request = request;
  }

  Request request() {
    return request;
  }

  /**
   * Takes the next message of the answer.
   *
   * @return whether the answer is complete
   * @throws BadAnswerException if it is no answer to this request
   */
  abstract boolean take(Answer answer);

  /**
   * Takes raw bytes of the answer.
   *
   * @param piece taken over
   * @return whether the answer is complete
   * @throws BadAnswerException if none can come now
   */
  abstract boolean takeBytes(ByteBuf piece);

  /** The answer, or the rest of it, will never come. */
  abstract void fail(Throwable cause);
}
