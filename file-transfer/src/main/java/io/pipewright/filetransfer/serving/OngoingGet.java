package io.pipewright.filetransfer.serving;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import io.pipewright.DrainEvent;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.sending.FilePart;
import io.pipewright.filetransfer.sending.FileSender.Sending;
import io.pipewright.filetransfer.sending.FileTruncatedException;
import io.pipewright.filetransfer.sending.Transfer;
import io.pipewright.filetransfer.sending.VersionChangedException;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * The answer to a GET that is sent block by block. Whatever ends it between two blocks is said in words of the protocol; what
 * ends it within one resets the connection, since those bytes cannot be completed.
 */
final class OngoingGet {

  private static final int RESET_ON_CLOSE = 0;

  private final ChannelHandlerContext ctx;
  private final NativeService service;
  private final Request.Get request;
  private final FilePart part;
  private final Transfer transfer;
  private final Consumer<Answer> onEnd;

  private OngoingGet(
      ChannelHandlerContext ctx,
      NativeService service,
      Request.Get request,
      FilePart part,
      Transfer transfer,
      Consumer<Answer> onEnd) {
    this.ctx = ctx;
    this.service = service;
    this.request = request;
    this.part = part;
    this.transfer = transfer;
    this.onEnd = onEnd;
  }

  /**
   * Begins to answer; called on the event loop.
   *
   * @param stream is taken over
   * @param onEnd is given the last message, which it writes; or {@code null}: then the connection is closed
   * @return {@code null} if there are too many transfers; then nothing is written
   */
  static OngoingGet start(
      ChannelHandlerContext ctx,
      NativeService service,
      Request.Get request,
      Reply.Stream stream,
      Consumer<Answer> onEnd) {
    Answer.FileFacts facts = stream.facts();
    Sending sending = service.sender().sendBlocks(ctx.channel(), stream.file(), stream.part());
    if (!(sending instanceof Sending.Begun begun)) {
      ServingLog.turnedAway(ctx.channel(), ((Sending.Busy) sending).reason());
      return null;
    }
    ctx.write(facts); // the transfer's own writes come from tasks of their own
    OngoingGet get = new OngoingGet(ctx, service, request, stream.part(), begun.transfer(), onEnd);
    begun.transfer().done().addListener(get::ended);
    return get;
  }

  /** The server drains. */
  void endAtBlock() {
    transfer.endAtBlock();
  }

  void cancel(String reason) {
    transfer.cancel(reason);
  }

  private void ended(Future<?> done) {
    if (!done.isSuccess()) {
      onEnd.accept(failed(done.cause()));
    } else if (transfer.position() == part.end()) {
      onEnd.accept(Answer.End.INSTANCE);
    } else {
      DrainEvent.toldToComeBack(ctx.channel());
      onEnd.accept(service.manners().draining(OptionalLong.of(transfer.position())));
    }
  }

  private Answer failed(Throwable cause) {
    Channel channel = ctx.channel();
    ServingLog.notSent(channel, request.name(), cause);
    if (transfer.isInBlock() || cause instanceof CancellationException || !channel.isActive()) {
      if (channel.isActive()) {
        channel.config().setOption(ChannelOption.SO_LINGER, RESET_ON_CLOSE);
      }
      ctx.close();
      return null;
    }
    return cause instanceof VersionChangedException || cause instanceof FileTruncatedException
        ? Answer.Failure.of(ErrorCode.CHANGED, "the file was changed while it was sent")
        : Answer.Failure.of(ErrorCode.FAILED, "the server could not read the file");
  }
}
