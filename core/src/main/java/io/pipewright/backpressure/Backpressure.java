package io.pipewright.backpressure;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * Stops reading from a peer while it does not take our answers.
 *
 * <p>When the bytes that wait to leave pass the channel's high-water mark, what was written is
 * flushed; if the channel is still not writable, reading stops, and TCP makes the peer wait in its
 * turn. Reading goes on when the bytes have fallen below the low-water mark. A handler that is
 * slower than its peer, or a peer that sends requests and reads no answers, so costs at most the
 * high-water mark and the answers to what has already been read.
 *
 * <p>Reading that somebody else has stopped stays stopped: only what this handler stopped, it
 * starts again. The writability event goes on to the next handler.
 */
public final class Backpressure {

  private Backpressure() {}

  /** A handler for one channel; its place is behind the codec, before those who answer. */
  public static ChannelHandler newHandler() {
    return new BackpressureHandler();
  }

  private static final class BackpressureHandler extends ChannelInboundHandlerAdapter {

    private boolean stopped;

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (isOutputShut(ctx)) { // never writable again, and nothing waits to leave
        resume(ctx);
        ctx.fireChannelWritabilityChanged();
        return;
      }
      if (!ctx.channel().isWritable()) {
        // who writes a lot before the first flush would else wait for room that only a flush makes
        ctx.flush();
      }
      if (ctx.channel().isWritable()) {
        resume(ctx);
      } else if (ctx.channel().config().isAutoRead()) {
        stopped = true;
        ctx.channel().config().setAutoRead(false);
      }
      ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelOutputShutdownEvent.INSTANCE) {
        resume(ctx);
      }
      ctx.fireUserEventTriggered(event);
    }

    private static boolean isOutputShut(ChannelHandlerContext ctx) {
      return ctx.channel() instanceof DuplexChannel channel && channel.isOutputShutdown();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      if (ctx.channel().isActive()) {
        resume(ctx);
      }
    }

    private void resume(ChannelHandlerContext ctx) {
      if (stopped) {
        stopped = false;
        ctx.channel().config().setAutoRead(true);
      }
    }
  }
}
