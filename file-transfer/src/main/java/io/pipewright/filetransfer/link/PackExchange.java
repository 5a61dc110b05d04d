package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request;
import java.util.concurrent.CompletableFuture;

/** A pack on its way in: a header, then as many bytes as it announces. */
final class PackExchange extends Exchange {

  private final Endpoint server;
  private final Request.Pack request;
  private final PackReceiver receiver;
  private final CompletableFuture<Answer.Pack> future = new CompletableFuture<>();
  private Answer.Pack pack;
  private int bytesLeft;

  PackExchange(Endpoint server, Request.Pack request, PackReceiver receiver) {
    super(request);
    this.server = server;
    this.request = request;
    this.receiver = receiver;
  }

  CompletableFuture<Answer.Pack> future() {
    return future;
  }

  @Override
  boolean take(Answer answer) {
    if (answer instanceof Answer.Failure failure && pack == null) {
      future.completeExceptionally(new RemoteFailure(server, failure));
      return true;
    }
    if (!(answer instanceof Answer.Pack came) || pack != null) {
      throw new BadAnswerException(server, "in the answer to PACK comes " + Words.of(answer));
    }
    AnswerChecks.pack(came, request).ifPresent(what -> {
      throw new BadAnswerException(server, what);
    });
    pack = came;
    bytesLeft = came.bytes();
    receiver.header(came);
    return completeIfAllCame();
  }

  @Override
  boolean takeBytes(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (pack == null || bytes > bytesLeft) {
      piece.release();
      throw new BadAnswerException(server, "bytes come where none were announced");
    }
    bytesLeft -= bytes;
    receiver.bytes(piece);
    return completeIfAllCame();
  }

  private boolean completeIfAllCame() {
    if (bytesLeft > 0) {
      return false;
    }
    future.complete(pack);
    return true;
  }

  @Override
  void fail(Throwable cause) {
    future.completeExceptionally(cause);
  }
}
