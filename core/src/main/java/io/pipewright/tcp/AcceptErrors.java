package io.pipewright.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.log.Escaped;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a listener: says at a bounded rate that connections cannot be accepted, as when the process is out of
 * file descriptors. Netty has paused accepting for a second by then; the accepted go on.
 */
final class AcceptErrors extends ChannelInboundHandlerAdapter {

  static final String NAME = "accept-errors";

  private static final int LINES_PER_SECOND = 1;

  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(TcpServer.class), LINES_PER_SECOND);

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.warn(
        "{}: cannot accept, trying again in a second: {}",
        Addresses.text(ctx.channel().localAddress()),
        Escaped.of(String.valueOf(cause.getMessage())));
  }
}
