package io.pipewright.udpecho.measure;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** A guard that refuses every third datagram that it sees. */
final class EveryThird extends ChannelInboundHandlerAdapter {

  private int seen;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    seen++;
    if (seen % 3 == 0) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
