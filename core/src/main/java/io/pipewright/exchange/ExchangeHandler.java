package io.pipewright.exchange;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.InFlight;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.LoggerFactory;

/**
 * Sends requests on one connection and gives each its answer. Made by {@link Exchanges#newHandler()}; one a channel.
 *
 * <p>{@link #send} may be called from any thread, the others too. Futures are completed on the channel's event loop: what
 * depends on them must not block it ({@code thenApplyAsync} goes elsewhere), and nobody may wait for one there.
 *
 * @param <Q> what is asked
 * @param <R> what is answered
 */
public final class ExchangeHandler<Q, R> extends ChannelInboundHandlerAdapter {

  private static final AttributeKey<ExchangeHandler<?, ?>> KEY =
      AttributeKey.valueOf(ExchangeHandler.class, "handler");
  private static final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(ExchangeHandler.class), 10);

  private final Exchanges<Q, R> settings;
  private final Correlation<Q, R> correlation;

  private final AtomicInteger places = new AtomicInteger();
  private volatile ChannelHandlerContext ctx;

  private final LongAdder late = new LongAdder();
  private final LongAdder unknown = new LongAdder();

  /** What was sent and has not been seen by the event loop yet; from here on only the loop writes. */
  private Handover<Exchange<Q, R>> sent;

  private final Queue<Exchange<Q, R>> unwritten = new ArrayDeque<>();

  private Deadlines<Q, R> deadlines;
  private volatile boolean ended;
  private Throwable lastError;

  ExchangeHandler(Exchanges<Q, R> settings) {
    this.settings = settings;
    this.correlation = settings.newCorrelation();
  }

  static ExchangeHandler<?, ?> of(Channel channel) {
    return channel.attr(KEY).get();
  }

  Exchanges<Q, R> settings() {
    return settings;
  }

  /**
   * Sends a request and takes it over. Before the channel is active it waits until it is; afterwards it leaves at once,
   * together with what else was sent in the same moment. Requests of one thread leave in their order.
   *
   * @param request what the next handler towards the socket can encode; released by whoever writes it, or here if nobody does
   * @return the answer, which is the caller's to release; or failed with an {@link ExchangeException}. Cancelling it, or
   *     completing it otherwise, gives the request up: it is not sent if it has not been yet, and its answer is dropped.
   * @throws IllegalStateException if this handler stands in no pipeline yet
   */
  public CompletableFuture<R> send(Q request) {
    Objects.requireNonNull(request, "request");
    if (ctx == null) {
      throw new IllegalStateException("add the handler to a channel's pipeline before sending");
    }
    if (places.incrementAndGet() > settings.maxInFlight() && !ended) {
      places.decrementAndGet();
      ReferenceCountUtil.safeRelease(request);
      return CompletableFuture.failedFuture(
          new TooManyInFlightException(peer(), settings.maxInFlight()));
    }
    Exchange<Q, R> exchange = new Exchange<>(this, request);
    InFlight.begin(ctx.channel());
    sent.add(exchange);
    return exchange;
  }

  /** How many requests hold a place: those that wait for an answer, and in order also those given up whose answer may come. */
  public int inFlight() {
    return ended ? 0 : Math.min(places.get(), settings.maxInFlight());
  }

  /** How many answers came after their requests had been given up. */
  public long lateAnswers() {
    return late.sum();
  }

  /** How many messages came that answer nothing known, or answer a second time. */
  public long unknownAnswers() {
    return unknown.sum();
  }

  private void takeSent() {
    if (ended) {
      failSent(lastError);
      return;
    }
    long now = ctx.executor().ticker().nanoTime();
    for (Exchange<Q, R> next = sent.poll(); next != null; next = sent.poll()) {
      deadlines.add(next, now);
      unwritten.add(next);
    }
    if (ctx.channel().isActive()) {
      writeAll();
    }
  }

  private void failSent(Throwable cause) {
    for (Exchange<Q, R> next = sent.poll(); next != null; next = sent.poll()) {
      fail(next, new ConnectionLostException(peer(), false, cause));
    }
  }

  private void writeAll() {
    boolean written = false;
    for (Exchange<Q, R> next = unwritten.poll(); next != null; next = unwritten.poll()) {
      written |= write(next);
    }
    if (written) {
      ctx.flush();
    }
  }

  private boolean write(Exchange<Q, R> exchange) {
    if (exchange.isSettled() || exchange.isDone()) {
      fail(exchange, null);
      return false;
    }
    ExchangeException refused;
    try {
      refused = correlation.enter(exchange);
    } catch (RuntimeException e) {
      refused = new RequestNotSentException(peer(), e);
    }
    if (refused != null) {
      fail(exchange, refused);
      return false;
    }
    ctx.write(exchange.takeRequest()).addListener(write -> {
      if (!write.isSuccess()) {
        correlation.forget(
            exchange); // also one given up: no answer will come, so it must not take one
        fail(exchange, new RequestNotSentException(peer(), write.cause()));
      }
    });
    return true;
  }

  @Override
  @SuppressWarnings("unchecked") // whoever named the types promised them
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    boolean isAnswer;
    Exchange<Q, R> exchange = null;
    try {
      isAnswer = !settings.isUnsolicited(message);
      exchange = isAnswer ? correlation.answered((R) message) : null;
    } catch (RuntimeException e) {
      ReferenceCountUtil.safeRelease(message);
      exceptionCaught(ctx, e);
      return;
    }
    if (!isAnswer) {
      ctx.fireChannelRead(message);
    } else if (exchange == null) {
      unknown.increment();
      ReferenceCountUtil.safeRelease(message);
      log.info("{}: dropped an answer to no known request", peer());
    } else {
      answered(exchange, (R) message);
    }
  }

  private void answered(Exchange<Q, R> exchange, R message) {
    lastError = null; // whatever it was, the peer goes on
    boolean awaited = settle(exchange);
    freePlace(exchange);
    if (!awaited || !exchange.answer(message)) {
      late.increment();
      ReferenceCountUtil.safeRelease(message);
    }
  }

  /** From any thread: the future was cancelled or completed by somebody else. */
  void givenUpOutside(Exchange<Q, R> exchange) {
    try {
      ctx.executor().execute(() -> giveUp(exchange));
    } catch (RejectedExecutionException e) {
      // the loop has ended, and has settled everything before
    }
  }

  private boolean giveUp(Exchange<Q, R> exchange) {
    if (!settle(exchange)) {
      return false;
    }
    if (!exchange.isWritten()) {
      exchange.releaseRequest(); // its place is free when its turn comes
    } else if (correlation.giveUp(exchange)) {
      freePlace(exchange);
    }
    return true;
  }

  private void expired(Exchange<Q, R> exchange) {
    if (giveUp(exchange)) {
      exchange.fail(new AnswerTimedOutException(peer(), settings.timeout()));
    }
  }

  /** Ends an exchange that will get no answer; {@code cause} may be null for one whose future is done. */
  private void fail(Exchange<Q, R> exchange, ExchangeException cause) {
    settle(exchange);
    freePlace(exchange);
    exchange.releaseRequest();
    if (cause != null) {
      exchange.fail(cause);
    }
  }

  private boolean settle(Exchange<Q, R> exchange) {
    boolean first = exchange.settle();
    if (first) {
      deadlines.remove(exchange);
      InFlight.end(ctx.channel());
    }
    return first;
  }

  private void freePlace(Exchange<Q, R> exchange) {
    if (exchange.holdsPlace) {
      exchange.holdsPlace = false;
      places.decrementAndGet();
    }
  }

  /** No answer can come any more. */
  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    deadlines.stop();
    unwritten.clear(); // all of them wait for their deadlines, or hold no request any more
    for (Exchange<Q, R> next = deadlines.poll(); next != null; next = deadlines.poll()) {
      fail(next, new ConnectionLostException(peer(), next.isWritten(), lastError));
    }
    failSent(lastError);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ExchangeHandler<?, ?> earlier = of(ctx.channel());
    if (earlier != null && !earlier.ended) {
      throw new IllegalStateException("one handler of exchanges a channel, not two");
    }
    deadlines = new Deadlines<>(ctx.executor(), settings.timeout().toNanos(), this::expired);
    // a loop that has ended has closed the channel: what is sent then is failed by whoever sends it
    sent = new Handover<>(ctx.executor(), this::takeSent, this::failSent);
    this.ctx = ctx;
    ctx.channel().attr(KEY).set(this);
    ctx.channel().remoteAddress(); // which Netty then remembers, for what is said after the close
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.channel().remoteAddress();
    writeAll();
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
    ctx.fireChannelInactive();
  }

  /** A peer that has finished sending will not answer any more, though the connection is still open. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      end();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Netty's base classes for codecs put what a codec throws into an exception of their own
    lastError =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    ctx.fireExceptionCaught(cause);
  }

  private String peer() {
    return Addresses.text(ctx.channel().remoteAddress());
  }
}
