package io.pipewright.watchdog;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Has its channel's event loop watched, and marks on it that it reads from this channel now. */
final class WatchedHandler extends ChannelInboundHandlerAdapter {

  private final LoopWatchdog watchdog;
  private WatchedLoop loop;

  WatchedHandler(LoopWatchdog watchdog) {
    this.watchdog = watchdog;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    loop = watchdog.arrived(ctx.channel().eventLoop());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    loop.serves(null);
    watchdog.left(ctx.channel().eventLoop());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    loop.serves(ctx.channel());
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    loop.serves(ctx.channel());
    ctx.fireChannelReadComplete();
    loop.serves(null);
  }
}
