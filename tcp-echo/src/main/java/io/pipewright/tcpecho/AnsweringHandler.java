package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Answers every message with one message, and sends the answers of one read with one flush. */
abstract class AnsweringHandler extends ChannelInboundHandlerAdapter {

  /**
   * Takes over the message: what it does not hand on in the answer it releases.
   *
   * @param ctx of this handler
   * @param message a {@code ByteBuf}, or a {@code String} where the pipeline decodes text
   * @return what is written back
   */
  abstract Object answer(ChannelHandlerContext ctx, Object message);

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    // nobody waits for one write: a failure comes as exceptionCaught, without a promise a message
    ctx.write(answer(ctx, message), ctx.voidPromise());
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
    ctx.fireChannelReadComplete();
  }
}
