package io.pipewright.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.DrainReport.Fate;
import io.pipewright.InFlight;
import io.pipewright.capture.Capture;
import io.pipewright.framing.FrameCounter;
import io.pipewright.framing.FrameDecoder;
import io.pipewright.kernel.TcpInfo;
import io.pipewright.log.Addresses;
import io.pipewright.proxy.ProxyHeader;
import io.pipewright.watchdog.WatchedLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The first handler of every connection: counts what passes, judges whether the connection is busy, and ends it when its peer
 * has finished sending or its server drains. Everything but what {@link LiveConnection} offers runs on the connection's event
 * loop alone.
 */
final class Connection extends ChannelDuplexHandler implements LiveConnection {

  static final String NAME = "connection";

  /** A connection that had traffic so recently may have the next message under way. */
  static final Duration QUIET = Duration.ofMillis(500);

  /** How often a connection that is to end is looked at again. */
  private static final long LOOK_AGAIN_MILLIS = 25;

  private final Connections registry;
  private final boolean handlersClose;
  private ChannelHandlerContext ctx;
  private SocketAddress peer;
  private long beganNanos;
  private boolean heard;
  private long heardNanos;
  private WatchedLoop watched;
  private ConnectionDrain drain;
  private FrameCounter framesIn;
  private FrameCounter framesOut;

  // Written by the event loop alone and read by anyone without a lock: a number may be a moment
  // old.
  private long bytesRead;
  private long bytesWritten;
  private long reads;
  private long writes;

  Connection(Connections registry, boolean handlersClose) {
    this.registry = registry;
    this.handlersClose = handlersClose;
  }

  /** Told once the pipeline stands: what counts the messages, or {@code null} where a read or a write is one. */
  void framesCountedBy(FrameCounter in, FrameCounter out) {
    framesIn = in;
    framesOut = out;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    this.peer = ctx.channel().remoteAddress();
    this.beganNanos = nanoTime();
    this.watched = registry.watched(ctx.channel().eventLoop());
    registry.add(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reads++;
    if (message instanceof ByteBuf bytes) {
      bytesRead += bytes.readableBytes();
    }
    if (watched != null) {
      watched.serves(ctx.channel());
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    heard = true;
    heardNanos = nanoTime();
    ctx.fireChannelReadComplete();
    if (watched != null) {
      watched.serves(null);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      int length = bytes.readableBytes();
      bytesWritten += length;
      writes += length == 0 ? 0 : 1; // an empty one is a marker behind the others, not a message
    } else if (message instanceof FileRegion region) {
      bytesWritten += region.count();
      writes++;
    }
    ctx.write(message, promise);
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
    try {
      ctx.executor().execute(() -> {
        if (drain == null) {
          drain = new ConnectionDrain(this);
        }
        drain.endWithin(grace);
      });
    } catch (RejectedExecutionException e) {
      registry.remove(this); // its lent loop has ended, and has closed it
    }
  }

  boolean isBusy() {
    return InFlight.count(ctx.channel()) > 0
        || unwrittenBytes() > 0
        || isMidFrame()
        || (heard && nanoTime() - heardNanos < QUIET.toNanos());
  }

  /** Accepted a moment ago: its first bytes may be in the kernel, and a close would reset what they asked for. */
  boolean isFresh() {
    return !heard && nanoTime() - beganNanos < QUIET.toNanos();
  }

  private boolean isMidFrame() {
    FrameDecoder decoder = ctx.pipeline().get(FrameDecoder.class);
    return decoder != null && decoder.midFrame();
  }

  void later(Runnable look) {
    ctx.executor().schedule(look, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  long nanoTime() {
    return ctx.executor().ticker().nanoTime();
  }

  /** What became of it; {@code null} if it ended before its server drained. */
  Fate fate() {
    return drain == null ? null : drain.fate();
  }

  @Override
  public String id() {
    return channel().id().asShortText();
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public SocketAddress remoteAddress() {
    ProxyHeader header = ProxyHeader.of(channel()).orElse(null);
    if (header != null) {
      return header.source();
    }
    SocketAddress now = channel().remoteAddress();
    return now == null ? peer : now;
  }

  @Override
  public Duration age() {
    return Duration.ofNanos(nanoTime() - beganNanos);
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  @Override
  public long bytesWritten() {
    return bytesWritten;
  }

  @Override
  public long messagesRead() {
    return framesIn == null ? reads : framesIn.frames();
  }

  @Override
  public long messagesWritten() {
    return framesOut == null ? writes : framesOut.frames();
  }

  @Override
  public long unwrittenBytes() {
    ChannelOutboundBuffer unwritten = channel().unsafe().outboundBuffer();
    return unwritten == null ? 0 : unwritten.totalPendingWriteBytes();
  }

  @Override
  public Optional<TcpInfo> tcpInfo() {
    return TcpInfo.of(channel());
  }

  @Override
  public CompletableFuture<Void> capture(Capture capture) {
    return CompletableFuture.runAsync(
        () -> registry.captures().attach(capture, ctx.pipeline()), ctx.executor());
  }

  @Override
  public String describe() {
    return Description.of(this);
  }

  @Override
  public String toString() {
    return "Connection[" + id() + ", " + Addresses.text(remoteAddress()) + "]";
  }
}
