package io.pipewright.udpecho;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;

/** Lets so many datagrams through, and says when that was the last one and its answer is flushed. */
final class DatagramLimit extends ChannelInboundHandlerAdapter {

  private final Runnable reached;
  private long left;

  DatagramLimit(long datagrams, Runnable reached) {
    this.left = datagrams;
    this.reached = reached;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket)) {
      ctx.fireChannelRead(message);
    } else if (left == 0) {
      ReferenceCountUtil.release(message); // it came in the same batch as the last one
    } else {
      left--;
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (left == 0) {
      reached.run();
    }
  }
}
