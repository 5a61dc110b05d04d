package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request.Get;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A range of a file on its way in.
 *
 * <pre>
 *   FACTS ──FILE──► BETWEEN ──DATA──► BLOCK          END or ERROR: done
 *                      ▲                │
 *                      └───last byte────┘
 * </pre>
 */
final class GetExchange extends Exchange {

  private enum State {
    FACTS,
    BETWEEN,
    BLOCK,
    /** Whatever the receiver does: after a failure it is told nothing more. */
    FAILED
  }

  private final Endpoint server;
  private final Get get;
  private final GetReceiver receiver;
  private final CompletableFuture<GetEnd> future = new CompletableFuture<>();
  private State state = State.FACTS;
  private long position;
  private long end;
  private int blockBytesLeft;

  GetExchange(Endpoint server, Get get, GetReceiver receiver) {
    super(get);
    this.server = server;
    this.get = get;
    this.receiver = receiver;
    this.position = get.offset();
  }

  CompletableFuture<GetEnd> future() {
    return future;
  }

  @Override
  boolean take(Answer answer) {
    if (answer instanceof Answer.Failure failure && state != State.BLOCK) {
      future.complete(new GetEnd(position, Optional.of(new RemoteFailure(server, failure))));
      return true;
    }
    if (answer instanceof Answer.FileFacts facts && state == State.FACTS) {
      begin(facts);
      return false;
    }
    if (answer instanceof Answer.Data data && state == State.BETWEEN) {
      beginBlock(data);
      return false;
    }
    if (answer instanceof Answer.End && state == State.BETWEEN) {
      finish();
      return true;
    }
    throw new BadAnswerException(
        server, "in the answer to GET, at byte " + position + ", comes " + Words.of(answer));
  }

  private void begin(Answer.FileFacts facts) {
    if (get.version().isPresent() && !facts.version().equals(get.version().get())) {
      throw new BadAnswerException(server, "it gives another version than was asked for");
    }
    OptionalLong range = get.endIn(facts.size());
    if (range.isEmpty()) {
      throw new BadAnswerException(
          server,
          "it gives a range from byte " + get.offset() + " that its file of " + facts.size()
              + " bytes does not have");
    }
    end = range.getAsLong();
    state = State.BETWEEN;
    receiver.facts(facts);
  }

  private void beginBlock(Answer.Data data) {
    long due = Math.min(Blocks.toNextLine(position), end - position);
    if (data.offset() != position || data.length() != due) {
      throw new BadAnswerException(
          server,
          "it sends " + data.length() + " bytes from byte " + data.offset() + " where " + due
              + " from byte " + position + " are due");
    }
    blockBytesLeft = data.length();
    state = State.BLOCK;
    receiver.block(data);
  }

  @Override
  boolean takeBytes(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (state != State.BLOCK || bytes > blockBytesLeft) {
      piece.release();
      throw new BadAnswerException(server, "bytes come where none were announced");
    }
    position += bytes;
    blockBytesLeft -= bytes;
    receiver.bytes(piece);
    if (blockBytesLeft == 0 && state == State.BLOCK) {
      state = State.BETWEEN;
      receiver.blockEnded();
    }
    return false;
  }

  private void finish() {
    if (position != end) {
      throw new BadAnswerException(
          server, "it ends at byte " + position + " an answer that is due up to byte " + end);
    }
    future.complete(new GetEnd(position, Optional.empty()));
  }

  @Override
  void fail(Throwable cause) {
    state = State.FAILED;
    future.completeExceptionally(cause);
  }
}
