package io.pipewright.shaping;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.pipewright.InFlight;
import io.pipewright.transport.HeldRead;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Does for one channel what {@link Shaping} promises: holds back its reads until the bytes of earlier ones are paid for, and
 * has its {@link ShapedWrites} sent slice by slice. One timer wakes both. What it holds back is work in flight: for that long
 * it is not the peer who is silent.
 */
final class ShapingHandler extends ChannelDuplexHandler {

  /** Nothing is worth waking up for more often: what is earned meanwhile is not lost. */
  private static final long SHORTEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Shaping shaping;
  private final Bucket ownRead = new Bucket();
  private final Bucket ownWrite = new Bucket();
  private final ReadDebt debt = new ReadDebt();
  private ChannelHandlerContext ctx;
  private ShapedWrites writes;
  private final HeldRead heldRead = new HeldRead();
  private Future<?> timer;
  private long timerAt;

  ShapingHandler(Shaping shaping) {
    this.shaping = shaping;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    this.writes = new ShapedWrites(ctx, this::wakeIn);
    BoundedReads.of(ctx.channel().config(), this);
    shaping.add(this);
    adoptRates();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    shaping.remove(this);
    debt.limitBy(null, null, now());
    writes.limitBy(null, null);
    if (ctx.channel().isActive()) {
      resumeReading();
      writes.sendAll();
    } else {
      writes.failAll();
    }
    stopTimer();
  }

  /** From any thread. */
  void ratesChanged() {
    try {
      ctx.executor().execute(() -> {
        if (!ctx.isRemoved()) {
          adoptRates();
        }
      });
    } catch (RejectedExecutionException e) {
      shaping.remove(this); // the event loop has ended, and the channel with it
    }
  }

  private void adoptRates() {
    long now = now();
    Rates rates = shaping.rates();
    debt.limitBy(
        shaping.adjusted(ownRead, rates.readBytesPerSecond(), now), shaping.totalRead(now), now);
    writes.limitBy(
        shaping.adjusted(ownWrite, rates.writeBytesPerSecond(), now), shaping.totalWrite(now));
    wake();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (debt.isLimited() && msg instanceof ByteBuf bytes) {
      debt.owe(bytes.readableBytes(), now());
    }
    ctx.fireChannelRead(msg);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (heldRead.isHeld()) {
      return;
    }
    long wait = nanosUntilRead();
    if (wait > 0) {
      holdRead();
      wakeIn(wait);
    } else if (mayReadOn()) {
      ctx.read();
    } else {
      // Netty tells whoever heeds writability in a task of its own: they come first
      holdRead();
      ctx.executor().execute(this::resumeReading);
    }
  }

  private void holdRead() {
    InFlight.begin(ctx.channel());
    debt.startWaiting();
    heldRead.hold(ctx.channel());
  }

  private void resumeReading() {
    if (!heldRead.isHeld()) {
      return;
    }
    long wait = nanosUntilRead();
    if (wait > 0) {
      debt.startWaiting();
      wakeIn(wait);
    } else if (letGoOfRead()) {
      ctx.read();
    }
  }

  private boolean letGoOfRead() {
    if (!heldRead.isHeld()) {
      return false;
    }
    debt.doneWaiting();
    InFlight.end(ctx.channel());
    return heldRead.letGo(ctx.channel());
  }

  private long nanosUntilRead() {
    return debt.isLimited() ? debt.nanosUntilPaid(now()) : 0;
  }

  /** Whether a batch of reads may go on; what was written meanwhile and has to wait tells its writers only after the batch. */
  boolean mayReadOn() {
    return nanosUntilRead() == 0 && (!writes.isInWay() || ctx.channel().isWritable());
  }

  /** How much one read may bring. */
  int mostReadBytes() {
    return debt.isLimited() ? debt.sliceBytes() : Integer.MAX_VALUE;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (writes.isInWay()) {
      writes.add(msg, promise);
    } else {
      ctx.write(msg, promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (writes.isInWay()) {
      writes.flush();
    } else {
      ctx.flush();
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    writes.failAll();
    ctx.close(promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
    writes.failAll();
    ctx.disconnect(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopTimer();
    letGoOfRead();
    writes.failAll();
    ctx.fireChannelInactive();
  }

  private void wakeIn(long nanos) {
    long wait = Math.max(nanos, SHORTEST_WAIT_NANOS);
    long at = now() + wait;
    if (timer != null && at - timerAt >= 0) {
      return; // it looks again by then
    }
    stopTimer();
    timerAt = at;
    timer = ctx.executor().schedule(this::wake, wait, TimeUnit.NANOSECONDS);
  }

  private void wake() {
    stopTimer();
    resumeReading();
    writes.send();
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private long now() {
    return ctx.executor().ticker().nanoTime();
  }
}
