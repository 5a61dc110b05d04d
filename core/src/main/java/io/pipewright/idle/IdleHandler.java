package io.pipewright.idle;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import io.pipewright.InFlight;
import io.pipewright.kernel.TcpInfo;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Does for one channel what {@link IdlePolicy} promises.
 *
 * <p>The clock is read once for a batch of reads. What has been written is judged when the timer
 * fires: by what the peer has acknowledged, where the kernel tells it. Where it does not, and where
 * heartbeats would be acknowledged too, by what the transport has taken: the clock is read once for
 * a flush outside of a batch, and a flush whose writes are not done at once is looked at again, when
 * the last of them completes and when the timer fires.
 */
final class IdleHandler extends ChannelDuplexHandler {

  private static final long NEVER = 0;

  private final Duration limit;
  private final long limitNanos;
  private final long beatNanos;
  private final Supplier<?> heartbeat;
  private final ChannelFutureListener onWritten = this::written;

  /** Null until the channel is active. */
  private Ticker ticker;

  private Future<?> closeTimer;
  private Future<?> beatTimer;
  private boolean stopped;

  /** When a message last came in or a byte went out, and when something was last flushed. */
  private long aliveAt;

  private long flushedAt;

  /** From the first message of a batch of reads until its end: one stamp does for all of it. */
  private boolean inBatch;

  private boolean flushedInBatch;

  /** Our own heartbeat is on its way through the pipeline. */
  private boolean beating;

  /** The last write that no flush has followed yet. */
  private ChannelPromise unflushed;

  private final OutboundProgress outbound = new OutboundProgress();

  /** Null where the kernel does not tell what was acknowledged, or cannot tell heartbeats apart. */
  private AckedProgress acked;

  IdleHandler(Duration closeAfter, Duration heartbeatEvery, Supplier<?> heartbeat) {
    this.limit = closeAfter;
    this.limitNanos = nanos(closeAfter);
    this.beatNanos = nanos(heartbeatEvery);
    this.heartbeat = heartbeat;
  }

  private static long nanos(Duration duration) {
    return duration == null ? NEVER : TimeUnit.NANOSECONDS.convert(duration);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive() && ctx.channel().isRegistered()) {
      start(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    start(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stop();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stop();
  }

  private void start(ChannelHandlerContext ctx) {
    if (ticker != null) {
      return;
    }
    ticker = ctx.executor().ticker();
    aliveAt = ticker.nanoTime();
    flushedAt = aliveAt;
    if (beatNanos == NEVER && TcpInfo.isToldOf(ctx.channel())) {
      acked = new AckedProgress();
    }
    if (limitNanos != NEVER) {
      armClose(ctx, limitNanos);
    }
    if (beatNanos != NEVER) {
      armBeat(ctx, beatNanos);
    }
  }

  private void stop() {
    stopped = true;
    if (closeTimer != null) {
      closeTimer.cancel(false);
    }
    if (beatTimer != null) {
      beatTimer.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    inBatch = true;
    ctx.fireChannelRead(msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!inBatch) {
      ctx.fireChannelReadComplete(); // bytes came, but no message of them
      return;
    }
    aliveAt = ticker.nanoTime();
    ctx.fireChannelReadComplete();
    inBatch = false;
    if (flushedInBatch) {
      flushedInBatch = false;
      flushedAt = aliveAt;
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (beating || acked != null) {
      ctx.write(msg, promise);
    } else {
      unflushed = promise.unvoid();
      ctx.write(msg, unflushed);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    ChannelPromise last = unflushed;
    unflushed = null;
    ctx.flush();
    if (last != null && ticker != null) {
      flushed(ctx.channel(), last);
    }
  }

  private void flushed(Channel channel, ChannelPromise last) {
    boolean done = last.isSuccess();
    if (inBatch) {
      flushedInBatch = true;
    } else if (done || beatNanos != NEVER) {
      flushedAt = ticker.nanoTime();
      aliveAt = done ? flushedAt : aliveAt;
    }
    if (limitNanos != NEVER && !done) {
      last.addListener(onWritten);
      outbound.advanced(channel);
    }
  }

  private void written(ChannelFuture write) {
    if (write.isSuccess()) {
      aliveAt = ticker.nanoTime();
    }
  }

  private void armClose(ChannelHandlerContext ctx, long nanos) {
    closeTimer = ctx.executor().schedule(() -> closeIfIdle(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void closeIfIdle(ChannelHandlerContext ctx) {
    long now = ticker.nanoTime();
    aliveAt = inBatch ? now : judged(ctx.channel(), now);
    long remaining = limitNanos - (now - aliveAt);
    if (remaining > 0) {
      armClose(ctx, remaining);
    } else {
      ctx.fireUserEventTriggered(new IdleEvent(limit));
      ctx.close();
    }
  }

  private long judged(Channel channel, long now) {
    if (acked != null) {
      long alive = acked.aliveAt(channel, now, aliveAt, limitNanos);
      return acked.isOwed() ? alive : orInFlight(channel, now, alive);
    }
    if (outbound.advanced(channel)) {
      return now;
    }
    return OutboundProgress.isOffered(channel) ? aliveAt : orInFlight(channel, now, aliveAt);
  }

  /** While the answer is still being made, it is not the peer who is silent. */
  private static long orInFlight(Channel channel, long now, long alive) {
    return InFlight.count(channel) > 0 ? now : alive;
  }

  private void armBeat(ChannelHandlerContext ctx, long nanos) {
    beatTimer = ctx.executor().schedule(() -> beatIfQuiet(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void beatIfQuiet(ChannelHandlerContext ctx) {
    long now = ticker.nanoTime();
    if (now - flushedAt >= beatNanos) {
      flushedAt = now;
      if (!OutboundProgress.isWaiting(ctx.channel())) {
        beat(ctx);
      }
    }
    if (!stopped) {
      armBeat(ctx, beatNanos - (now - flushedAt));
    }
  }

  private void beat(ChannelHandlerContext ctx) {
    beating = true;
    try {
      ctx.channel().writeAndFlush(heartbeat.get()).addListener(IdleHandler::reportRefusal);
    } catch (RuntimeException e) {
      ctx.fireExceptionCaught(e); // the supplier's; the connection and its timer go on
    } finally {
      beating = false;
    }
  }

  /** An encoder that refuses a heartbeat would else do so in silence, for ever. */
  private static void reportRefusal(Future<? super Void> write) {
    if (!write.isSuccess()
        && write instanceof ChannelFuture future
        && future.channel().isOpen()) {
      future.channel().pipeline().fireExceptionCaught(write.cause());
    }
  }
}
