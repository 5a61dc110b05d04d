package io.pipewright.udpecho;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets so many datagrams through, on all sockets together, and says when that was the last one and its answer is flushed. One
 * stands in the pipeline of each socket.
 */
final class DatagramLimit extends ChannelInboundHandlerAdapter {

  private final AtomicLong left;
  private final Runnable reached;
  private boolean wasLast;

  /**
   * @param left how many are let through, counted down here and by the others
   * @param reached called when the last one has passed here
   */
  DatagramLimit(AtomicLong left, Runnable reached) {
    this.left = left;
    this.reached = reached;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket)) {
      ctx.fireChannelRead(message);
      return;
    }
    long leftBefore = left.getAndUpdate(count -> Math.max(0, count - 1));
    if (leftBefore == 0) {
      ReferenceCountUtil.release(message); // it came with the last one, or just behind it
      return;
    }
    wasLast |= leftBefore == 1;
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (wasLast) {
      reached.run();
    }
  }
}
