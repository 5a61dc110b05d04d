package io.pipewright.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Notes that the peer has sent something, and leaves. */
final class FirstBytes extends ChannelInboundHandlerAdapter {

  private boolean came;

  boolean came() {
    return came;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    came = true;
    ctx.fireChannelRead(message);
    if (!ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
  }
}
