package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Writes the header of one connection in front of everything else, whoever is the first to write. */
final class ProxyWriter extends ChannelDuplexHandler {

  /** More than most headers take. */
  private static final int USUAL_BYTES = 128;

  private final ProxyWriting settings;
  private boolean written;

  ProxyWriter(ProxyWriting settings) {
    this.settings = settings;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    writeHeader(ctx);
    ctx.flush();
    ctx.fireChannelActive();
    ctx.pipeline().remove(this);
  }

  /** Who waits for the connection may write before the handlers are told that it is there. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    writeHeader(ctx);
    ctx.write(message, promise);
  }

  private void writeHeader(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    if (written || !channel.isActive()) {
      return;
    }
    written = true;
    ByteBuf header = ctx.alloc().buffer(USUAL_BYTES);
    settings.write(channel.localAddress(), channel.remoteAddress(), header);
    ctx.write(header); // if it cannot be sent, nothing else can: who writes next is told
  }
}
