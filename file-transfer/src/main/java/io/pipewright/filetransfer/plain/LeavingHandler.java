package io.pipewright.filetransfer.plain;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.pipewright.tcp.HalfClose;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that its peer gets every byte and then the end: closes our direction, drops
 * what still comes, and closes the socket when the peer has closed too, or after a while. A socket
 * that is closed with unread input would reset the connection, and the peer's system may then throw
 * away what it has received already.
 */
public final class LeavingHandler extends ChannelInboundHandlerAdapter {

  private final Duration linger;
  private Future<?> timer;

  /**
   * @param linger how long the peer may take to close its end
   */
  public LeavingHandler(Duration linger) {
    this.linger = linger;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    DuplexChannel channel = (DuplexChannel) ctx.channel();
    if (HalfClose.peerHasFinished(channel)) {
      ctx.close();
      return;
    }
    timer = ctx.executor().schedule(() -> ctx.close(), linger.toNanos(), TimeUnit.NANOSECONDS);
    HalfClose.finishSending(channel).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    channel.config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
