package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.InFlight;
import io.pipewright.ProtocolException;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.framing.TruncatedFrameException;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The last handler of a native connection: sends requests in the order in which they are asked, gives each its answer, and ends
 * the connection when the server breaks the protocol or is silent although it owes something.
 *
 * <p>Confined to the channel's event loop, but for {@link #receivedBytes}.
 */
final class LinkHandler extends ChannelInboundHandlerAdapter {

  /** Outlives the pipeline. */
  private static final AttributeKey<LinkHandler> KEY =
      AttributeKey.valueOf(LinkHandler.class, "link");

  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private ChannelHandlerContext ctx;
  private Endpoint server;
  private Duration timeout;
  private boolean flushing;
  private boolean watching;
  private boolean heard;
  private boolean welcome;
  private long lastNanos;
  private Throwable ended;
  private final AtomicLong receivedBytes = new AtomicLong();

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    ctx.channel().attr(KEY).set(this);
  }

  /** The handler of a connection, which may have been closed by now. */
  static LinkHandler of(Channel channel) {
    return channel.attr(KEY).get();
  }

  /** Told before anything is asked. */
  void begin(Endpoint server, Duration timeout) {
    this.server = server;
    this.timeout = timeout;
    if (ended != null || !ctx.channel().isActive()) {
      ended = gone("it was closed at once", ended);
    }
  }

  /** The handshake is done: from here on the server is known to speak the dialect. */
  void welcomed() {
    welcome = true;
  }

  /** Sends a request; it is flushed at the end of this turn of the event loop. */
  void ask(Exchange exchange) {
    if (ended != null) {
      exchange.fail(ended);
      return;
    }
    if (waiting.isEmpty()) {
      lastNanos = now();
    }
    waiting.add(exchange);
    watch();
    ctx.write(exchange.request()).addListener(written -> {
      if (!written.isSuccess()) {
        end(gone("a request could not be sent", written.cause()));
      }
    });
    if (!flushing) {
      flushing = true;
      ctx.executor().execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushing = false;
    ctx.flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (ended != null) {
      ReferenceCountUtil.release(message);
      return;
    }
    heard = true;
    lastNanos = now();
    try {
      if (message instanceof ByteBuf piece) {
        takeBytes(piece);
      } else {
        take((Answer) message);
      }
    } catch (RuntimeException e) {
      end(e);
    }
  }

  private void takeBytes(ByteBuf piece) {
    receivedBytes.lazySet(receivedBytes.getPlain() + piece.readableBytes());
    if (waiting.isEmpty()) {
      piece.release();
      throw new BadAnswerException(server, "bytes come that nobody asked for");
    }
    if (waiting.peek().takeBytes(piece)) {
      leave();
    }
  }

  private void take(Answer answer) {
    if (waiting.isEmpty()) {
      throw new BadAnswerException(server, Words.of(answer) + " comes that nobody asked for");
    }
    if (waiting.peek().take(answer)) {
      leave();
    }
  }

  /** The first that waits has its answer; whoever was told may have emptied the queue, by closing. */
  private void leave() {
    waiting.poll();
  }

  /** What has been read already still comes; then nothing until {@link #resume}. */
  void pause() {
    receiving().ifPresent(reading -> ((Receiving) reading.handler()).pause());
  }

  void resume() {
    lastNanos = now();
    receiving().ifPresent(reading -> ((Receiving) reading.handler()).resume(reading));
  }

  private boolean isPaused() {
    return receiving()
        .map(reading -> ((Receiving) reading.handler()).isPaused())
        .orElse(false);
  }

  /** None when the connection has been closed and its pipeline taken apart. */
  private Optional<ChannelHandlerContext> receiving() {
    return Optional.ofNullable(ctx.pipeline().context(Receiving.class));
  }

  private void watch() {
    if (!watching) {
      watching = true;
      lookIn(timeout.toNanos());
    }
  }

  private void lookIn(long nanos) {
    ctx.executor().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (waiting.isEmpty() || ended != null) {
      watching = false;
      return;
    }
    if (isPaused() || InFlight.count(ctx.channel()) > 0) {
      lastNanos = now(); // it is we who do not read: our receiver, or our own limit of the rate
    }
    long left = timeout.toNanos() - (now() - lastNanos);
    if (left > 0) {
      lookIn(left);
    } else {
      String advice = welcome
          ? ""
          : "; if it is a server of the plain dialect, try --plain (in code, Dialect.PLAIN)";
      end(new ServerSilentException(server, timeout, advice));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      end(gone("the server ended it", null));
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(gone("it was closed", null));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof TruncatedFrameException) {
      end(gone("it ended in the middle of an answer", cause));
    } else if (cause instanceof IOException) {
      end(gone(String.valueOf(cause.getMessage()), cause));
    } else if (cause instanceof ProtocolException && !welcome && server != null) {
      end(new NotNativeException(server, "answers in another language", cause));
    } else {
      end(cause);
    }
  }

  /** What an end of the connection means: before the first byte it may be that of a server that did not understand us. */
  private Throwable gone(String why, Throwable cause) {
    if (server == null) {
      return cause == null ? new EOFException(why) : cause;
    }
    boolean inOrder = cause == null || cause instanceof EOFException;
    return heard || !inOrder
        ? new LinkBrokenException(server, why, cause)
        : new NotNativeException(server, "ends the connection without a byte", cause);
  }

  /** Ends the connection; the first reason counts. */
  void end(Throwable cause) {
    if (ended != null) {
      return;
    }
    ended = cause;
    ctx.close();
    for (Exchange next = waiting.poll(); next != null; next = waiting.poll()) {
      next.fail(cause);
    }
  }

  /** How many requests have not been answered completely. */
  int unanswered() {
    return waiting.size();
  }

  /** How long nothing has come and nothing been asked. */
  Duration idle() {
    return waiting.isEmpty() ? Duration.ofNanos(now() - lastNanos) : Duration.ZERO;
  }

  /** How many bytes of files have come; from any thread, and then a moment old. */
  long receivedBytes() {
    return receivedBytes.get();
  }

  private long now() {
    return ctx.executor().ticker().nanoTime();
  }
}
