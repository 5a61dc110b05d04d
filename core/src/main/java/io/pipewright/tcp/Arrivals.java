package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;

/**
 * In front of a listener's acceptor: tells of each connection before its event loop has it. Until then it is in no list, and a
 * drain that does not know of it would be over before it.
 */
final class Arrivals extends ChannelInboundHandlerAdapter {

  private final Connections connections;

  private Arrivals(Connections connections) {
    this.connections = connections;
  }

  /** A listener's handler that is {@code judge} and, behind it, this. */
  static ChannelHandler behind(ChannelHandler judge, Connections connections) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel listener) {
        listener.pipeline().addLast(judge, new Arrivals(connections));
      }
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel child = (Channel) accepted;
    connections.arriving(child);
    ctx.fireChannelRead(child);
    if (!child.isOpen()) {
      // Netty closes a child that it cannot register without telling its close future
      connections.notArriving(child);
    }
  }
}
