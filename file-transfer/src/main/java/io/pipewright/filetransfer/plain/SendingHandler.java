package io.pipewright.filetransfer.plain;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.pipewright.filetransfer.sending.FileSender.Sending;
import io.pipewright.filetransfer.sending.Transfer;
import io.pipewright.filetransfer.store.StoredFile;
import io.pipewright.idle.IdleEvent;
import java.nio.charset.StandardCharsets;

/**
 * Sends one file, then gives way to {@link LeavingHandler}.
 *
 * <p>While the file is under way the socket is set to reset when it is closed ({@code SO_LINGER}
 * 0): whatever ends the connection early, be it an error, the idle timeout, the end of a drain's
 * grace or the death of this process, its peer sees an error and not the end of the file. Nothing is
 * read meanwhile, so that a peer that only talks is not taken for one that takes its bytes.
 */
final class SendingHandler extends ChannelInboundHandlerAdapter {

  private static final int RESET_ON_CLOSE = 0;
  private static final int CLOSE_IN_ORDER = -1;

  private final PlainService service;
  private final StoredFile file;
  private Transfer transfer;

  /** Takes over the file. */
  SendingHandler(PlainService service, StoredFile file) {
    this.service = service;
    this.file = file;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    Sending sending = service.sender().send(channel, file); // first: it closes the file in any case
    if (sending instanceof Sending.Busy busy) {
      PlainService.logRefused(
          channel, file.name().toString().getBytes(StandardCharsets.UTF_8), busy.reason());
      ctx.pipeline().replace(this, "leaving", new LeavingHandler(service.linger()));
      return;
    }
    transfer = ((Sending.Begun) sending).transfer();
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.SO_LINGER, RESET_ON_CLOSE);
    transfer.done().addListener(done -> ended(ctx, done)); // last: an empty file is sent by now
  }

  private void ended(ChannelHandlerContext ctx, Future<?> done) {
    Channel channel = ctx.channel();
    if (!done.isSuccess()) {
      PlainService.logNotSent(channel, file, done.cause());
      ctx.close();
    } else if (channel.isActive()) {
      PlainService.logSent(channel, file);
      channel.config().setOption(ChannelOption.SO_LINGER, CLOSE_IN_ORDER);
      ctx.pipeline().replace(this, "leaving", new LeavingHandler(service.linger()));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message); // read before reading was stopped
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleEvent idle) {
      transfer.cancel("the peer took no byte for " + idle.limit().toMillis() + " ms");
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    transfer.cancel("the connection was closed");
    ctx.fireChannelInactive();
  }
}
