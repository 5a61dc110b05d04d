package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import org.slf4j.LoggerFactory;

/** Says who has come and gone, at a bounded rate. */
@ChannelHandler.Sharable
final class ConnectionLog extends ChannelInboundHandlerAdapter {

  private static final int LINES_PER_SECOND = 10;

  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(TcpEchoServer.class), LINES_PER_SECOND);

  void waiting() {
    log.info("waiting for connection…");
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    log.info("…connected from: {}", Addresses.text(ctx.channel().remoteAddress()));
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    log.info("disconnected: {}", Addresses.text(ctx.channel().remoteAddress()));
    ctx.fireChannelInactive();
  }
}
