package io.pipewright.tcp;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.DrainEvent;
import io.pipewright.DrainReport.Fate;
import io.pipewright.InFlight;
import io.pipewright.framing.FrameDecoder;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The first handler of every connection: notes that bytes came, judges whether the connection is busy, and ends it when its
 * peer has finished sending or its server drains. Runs on the connection's event loop alone.
 */
final class Connection extends ChannelInboundHandlerAdapter {

  static final String NAME = "connection";

  /** A connection that had traffic so recently may have the next message under way. */
  static final Duration QUIET = Duration.ofMillis(500);

  /** How often a busy connection that is to end is looked at again. */
  private static final long LOOK_AGAIN_MILLIS = 25;

  private final Connections registry;
  private final boolean handlersClose;
  private ChannelHandlerContext ctx;
  private SocketAddress peer;
  private long beganNanos;
  private boolean heard;
  private long heardNanos;
  private boolean draining;
  private long deadlineNanos;
  private Fate fate;

  Connection(Connections registry, boolean handlersClose) {
    this.registry = registry;
    this.handlersClose = handlersClose;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    this.peer = ctx.channel().remoteAddress();
    this.beganNanos = nanoTime();
    registry.add(this);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    heard = true;
    heardNanos = nanoTime();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(event);
    if (event == ChannelInputShutdownEvent.INSTANCE && !handlersClose) {
      closeWhenNothingIsOwed();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    registry.remove(
        this); // the pipeline is taken apart after channelInactive: the last word in every case
  }

  /** The peer has finished sending: what is owed still goes out, then the connection ends. */
  private void closeWhenNothingIsOwed() {
    if (!ctx.channel().isActive()) {
      return;
    }
    if (InFlight.count(ctx.channel()) > 0) {
      later(this::closeWhenNothingIsOwed);
      return;
    }
    HalfClose.afterWhatIsWritten(ctx.channel()).addListener(ChannelFutureListener.CLOSE);
  }

  /** To be called from any thread. */
  void drain(Duration grace) {
    ctx.executor().execute(() -> beginDrain(grace));
  }

  private void beginDrain(Duration grace) {
    long deadline = nanoTime() + grace.toNanos();
    if (draining) {
      deadlineNanos = deadline - deadlineNanos < 0 ? deadline : deadlineNanos;
      endIfDone();
      return;
    }
    draining = true;
    deadlineNanos = deadline;
    fate = isBusy() ? Fate.FINISHED : Fate.IDLE;
    ctx.pipeline().fireUserEventTriggered(new DrainEvent(grace));
    endIfDone();
  }

  private void endIfDone() {
    if (!ctx.channel().isOpen()) {
      return;
    }
    boolean busy = isBusy();
    if (busy) {
      fate = Fate.FINISHED; // as it will, unless the grace is over first
    }
    if (!busy && !isFresh()) {
      ctx.channel().close();
    } else if (nanoTime() - deadlineNanos >= 0) {
      fate = busy ? Fate.FORCED : fate;
      ctx.channel().close();
    } else {
      later(this::endIfDone);
    }
  }

  private boolean isBusy() {
    return InFlight.count(ctx.channel()) > 0
        || hasUnwrittenBytes()
        || isMidFrame()
        || (heard && nanoTime() - heardNanos < QUIET.toNanos());
  }

  /** Accepted a moment ago: its first bytes may be in the kernel, and a close would reset what they asked for. */
  private boolean isFresh() {
    return !heard && nanoTime() - beganNanos < QUIET.toNanos();
  }

  private boolean hasUnwrittenBytes() {
    ChannelOutboundBuffer unwritten = ctx.channel().unsafe().outboundBuffer();
    return unwritten != null && unwritten.totalPendingWriteBytes() > 0;
  }

  private boolean isMidFrame() {
    FrameDecoder decoder = ctx.pipeline().get(FrameDecoder.class);
    return decoder != null && decoder.midFrame();
  }

  private void later(Runnable look) {
    ctx.executor().schedule(look, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private long nanoTime() {
    return ctx.executor().ticker().nanoTime();
  }

  SocketAddress peer() {
    return peer;
  }

  /** What became of it; {@code null} if it ended before its server drained. */
  Fate fate() {
    return fate;
  }
}
