package io.pipewright.udpecho;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import org.slf4j.LoggerFactory;

/**
 * Sends each datagram's bytes back to its sender (RFC 862): the buffer that came in is the one that
 * goes out.
 *
 * <p>Port 0 is no port that an answer could be sent to: whoever gives it as the source wants none
 * (RFC 768), or forged it.
 */
@Sharable
final class EchoHandler extends ChannelInboundHandlerAdapter {

  private static final int LINES_PER_SECOND = 1;

  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(UdpEchoServer.class), LINES_PER_SECOND);

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket datagram)) {
      ctx.fireChannelRead(message);
      return;
    }
    if (datagram.sender().getPort() == 0) {
      datagram.release();
      log.warn("{}: port 0 is not answered", Addresses.text(datagram.sender()));
      return;
    }
    // the void promise: a reply that cannot be sent is reported once, by the pipeline's last
    // handler
    ctx.write(new DatagramPacket(datagram.content(), datagram.sender()), ctx.voidPromise());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush(); // one system call for a batch, where the transport can
    ctx.fireChannelReadComplete();
  }
}
