package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A request whose answer is one message: the kind that was asked for, or an error.
 *
 * @param <A> that kind
 */
final class OneAnswer<A extends Answer> extends Exchange {

  private final Endpoint server;
  private final Class<A> kind;
  private final Function<A, Optional<String>> fault;
  private final CompletableFuture<A> future = new CompletableFuture<>();

  /**
   * @param fault what is wrong with an answer of the right kind, if anything is
   */
  OneAnswer(Endpoint server, Request request, Class<A> kind, Function<A, Optional<String>> fault) {
    super(request);
    this.server = server;
    this.kind = kind;
    this.fault = fault;
  }

  CompletableFuture<A> future() {
    return future;
  }

  @Override
  boolean take(Answer answer) {
    if (answer instanceof Answer.Failure failure) {
      future.completeExceptionally(new RemoteFailure(server, failure));
      return true;
    }
    if (!kind.isInstance(answer)) {
      throw new BadAnswerException(
          server, "asked for " + Words.of(request()) + ", it answers with " + Words.of(answer));
    }
    A fitting = kind.cast(answer);
    fault.apply(fitting).ifPresent(what -> {
      throw new BadAnswerException(server, what);
    });
    future.complete(fitting);
    return true;
  }

  @Override
  boolean takeBytes(ByteBuf piece) {
    piece.release();
    throw new BadAnswerException(server, "bytes come where none were announced");
  }

  @Override
  void fail(Throwable cause) {
    future.completeExceptionally(cause);
  }
}
