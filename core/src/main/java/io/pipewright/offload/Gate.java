package io.pipewright.offload;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.InFlight;
import io.pipewright.transport.HeldRead;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands on the event loop right before a handler that runs elsewhere, and counts the messages that are queued for it or being
 * handled: at the bound reading stops, at half of it goes on. While there are any, the connection has work in flight.
 *
 * <p>Its {@link #intake()} stands behind it, on the handler's own executor.
 */
final class Gate extends ChannelDuplexHandler {

  private final int most;
  private final HeldRead heldRead = new HeldRead();
  private final AtomicInteger pending = new AtomicInteger();
  private ChannelHandlerContext ctx;
  private boolean inFlight;

  /** Also read where the handler runs, to see whether its event loop has to be told. */
  private volatile boolean full;

  private volatile boolean rejected;

  Gate(int most) {
    this.most = most;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (rejected) {
      ReferenceCountUtil.release(message);
      return;
    }
    pending.incrementAndGet();
    if (!inFlight) {
      inFlight = true;
      InFlight.begin(ctx.channel());
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (heldRead.isHeld()) {
      return;
    }
    if (pending.get() < most) {
      ctx.read();
      return;
    }
    heldRead.hold(ctx.channel());
    full = true;
    goOn(); // if the handler has been quick, it saw no need to say so
  }

  /** On the event loop. */
  private void goOn() {
    if (full && pending.get() <= most / 2) {
      full = false;
      if (heldRead.letGo(ctx.channel())) {
        ctx.read();
      }
    }
    if (inFlight && pending.get() == 0) {
      inFlight = false;
      InFlight.end(ctx.channel());
    }
  }

  /** On the handler's thread, after it has returned. What it wrote is on its way to the event loop before this is. */
  private void handled() {
    int left = pending.decrementAndGet();
    if (left == 0 || (full && left == most / 2)) {
      try {
        ctx.channel().eventLoop().execute(this::goOn);
      } catch (RejectedExecutionException e) {
        rejected = true; // the event loop has ended, and the channel with it
      }
    }
  }

  /** The executor takes no more: what is queued is released, and the connection ends. From any thread. */
  void reject(Channel channel, OffloadRejectedException cause) {
    rejected = true;
    channel.eventLoop().execute(() -> {
      if (!ctx.isRemoved()) {
        ctx.fireExceptionCaught(cause);
        ctx.close();
      }
    });
  }

  ChannelInboundHandlerAdapter intake() {
    return new Intake();
  }

  private final class Intake extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (rejected) {
          ReferenceCountUtil.release(message);
        } else {
          ctx.fireChannelRead(message);
        }
      } finally {
        handled();
      }
    }
  }
}
