package io.pipewright.tcpecho;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Hands what comes to the thread that waits for it. When that thread is slow, reading stops: at most {@value #MOST_WAITING}
 * messages and one read's more wait in between.
 */
final class IncomingHandler extends SimpleChannelInboundHandler<String> {

  private static final int MOST_WAITING = 1024;

  private final BlockingQueue<Incoming> incoming = new LinkedBlockingQueue<>();
  private boolean ended;

  BlockingQueue<Incoming> incoming() {
    return incoming;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, String text) {
    incoming.add(new Incoming.Message(text));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (incoming.size() > MOST_WAITING) {
      ctx.channel().config().setAutoRead(false);
    }
    ctx.fireChannelReadComplete();
  }

  /** To be called by the waiting thread when it has emptied the queue. */
  void readOn(Channel channel) {
    if (incoming.isEmpty() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      end(new Incoming.End());
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(new Incoming.End());
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    end(new Incoming.Broken(said));
    ctx.close();
  }

  private void end(Incoming last) {
    if (!ended) {
      ended = true;
      incoming.add(last);
    }
  }
}
