package io.pipewright.udpecho;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.idle.IdleEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log that the socket is closed because nothing has come for too long. */
@Sharable
final class IdleNotice extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(UdpEchoServer.class);

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleEvent) {
      log.info("no datagram for the idle timeout: stopping");
    }
    ctx.fireUserEventTriggered(event);
  }
}
