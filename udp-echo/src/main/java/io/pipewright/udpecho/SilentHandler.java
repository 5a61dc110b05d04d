package io.pipewright.udpecho;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.ReferenceCounted;

/** Takes every datagram and answers none: those who stand before it have seen it. */
@Sharable
final class SilentHandler extends SimpleChannelInboundHandler<ReferenceCounted> {

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ReferenceCounted datagram) {
    // released on the way out
  }
}
