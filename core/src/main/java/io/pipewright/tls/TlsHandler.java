package io.pipewright.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands behind Netty's {@code SslHandler}, which it puts before itself, and makes of what that one does what handlers without
 * TLS know: one typed error for a bad peer, and {@code ChannelInputShutdownEvent} when the peer has finished sending.
 *
 * <pre>
 *   socket ──► SslHandler ──► TlsHandler ──► the rest
 *
 *   handshake failed       one TlsHandshakeException (server), the future failed (client); SslHandler closes
 *   close_notify           ChannelInputShutdownEvent, to the whole pipeline, once; FIN behind it is no news
 *   FIN, no close_notify   ChannelInputShutdownEvent, and TlsFacts.endedInOrder is false
 *   close, SO_LINGER 0     a reset: no close_notify, which would say that what was sent is the whole
 * </pre>
 */
final class TlsHandler extends ChannelDuplexHandler {

  private static final Logger log = LoggerFactory.getLogger(TlsHandler.class);

  /** Outlives the pipeline. */
  private static final AttributeKey<TlsHandler> KEY = AttributeKey.valueOf(TlsHandler.class, "tls");

  private enum State {
    HANDSHAKE,
    /** The failure is being told: the engine still has its alert to send. */
    FAILING,
    FAILED,
    OPEN,
    /** The peer has finished sending. */
    INPUT_ENDED
  }

  private final Function<ByteBufAllocator, SslHandler> engines;
  private final Optional<Consumer<TlsFailure>> failures;
  private final CompletableFuture<Channel> handshake = new CompletableFuture<>();
  private final FirstBytes firstBytes = new FirstBytes();
  private SslHandler tls;
  private State state = State.HANDSHAKE;
  private Throwable interruption;
  private BooleanSupplier closeNotifyCame;
  private volatile boolean noticed;
  private volatile boolean ended;
  private volatile TlsFacts facts;

  private TlsHandler(
      Function<ByteBufAllocator, SslHandler> engines, Optional<Consumer<TlsFailure>> failures) {
    this.engines = engines;
    this.failures = failures;
  }

  /** A server's: failures are counted, and fired through the pipeline. */
  static TlsHandler server(
      Function<ByteBufAllocator, SslHandler> engines, Consumer<TlsFailure> failures) {
    return new TlsHandler(engines, Optional.of(failures));
  }

  /** A client's: who connects is told by the future. */
  static TlsHandler client(Function<ByteBufAllocator, SslHandler> engines) {
    return new TlsHandler(engines, Optional.empty());
  }

  static Optional<TlsHandler> of(Channel channel) {
    return Optional.ofNullable(channel.attr(KEY).get());
  }

  CompletableFuture<Channel> handshake() {
    return handshake;
  }

  Optional<TlsFacts> facts() {
    return Optional.ofNullable(facts);
  }

  boolean endedInOrder() {
    return noticed || !ended;
  }

  boolean peerHasFinished() {
    return noticed;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().attr(KEY).set(this);
    tls = engines.apply(ctx.alloc());
    ctx.pipeline().addBefore(ctx.name(), ctx.name() + "-first-bytes", firstBytes);
    if (CloseNotify.needsGate(tls.engine())) {
      ctx.pipeline()
          .addBefore(ctx.name(), ctx.name() + "-alerts", new AlertGate(this::holdsAlerts));
    }
    ctx.pipeline().addBefore(ctx.name(), ctx.name() + "-engine", tls);
  }

  /** Until we have finished sending ourselves an alert would end that, and afterwards no more. */
  private boolean holdsAlerts() {
    return state == State.OPEN
        && facts.protocol().equals(TlsProtocols.TLS_1_2)
        && !tls.engine().isOutboundDone();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completion && state == State.HANDSHAKE) {
      ctx.fireUserEventTriggered(event);
      if (completion.isSuccess()) {
        succeeded(ctx);
      } else {
        failed(ctx, completion.cause());
      }
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded(ctx);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void succeeded(ChannelHandlerContext ctx) {
    state = State.OPEN;
    closeNotifyCame = CloseNotify.halfClosing(tls.engine());
    facts = TlsFacts.of(tls);
    handshake.complete(ctx.channel());
  }

  private void failed(ChannelHandlerContext ctx, Throwable cause) {
    state = State.FAILING;
    Throwable actual = interruption == null ? cause : interruption;
    TlsHandshakeException failure = Diagnosis.of(actual, failures.isPresent());
    handshake.completeExceptionally(failure);
    failures.ifPresent(count -> {
      count.accept(failure.failure());
      if (firstBytes.came()) { // who connects and says nothing only looks whether somebody listens
        ctx.fireExceptionCaught(failure);
      }
    });
    state = State.FAILED;
  }

  private void inputEnded(ChannelHandlerContext ctx) {
    switch (state) {
      case HANDSHAKE -> ctx.close(); // it can be done no more
      case OPEN -> {
        state = State.INPUT_ENDED;
        noticed |= closeNotifyCame.getAsBoolean();
        ended = true;
        ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      }
      default -> {} // they know, or need not
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (state == State.OPEN && closeNotifyCame.getAsBoolean()) {
      // from the pipeline's head: who stands before TLS decides when the connection ends
      ctx.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
    Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    switch (state) {
      case HANDSHAKE -> {
        interruption = cause;
        ctx.close(); // the handshake fails by it
      }
      case FAILING, FAILED -> log.debug("{}: after its handshake failed", ctx.channel(), cause);
      default -> ctx.fireExceptionCaught(told(cause));
    }
  }

  private Throwable told(Throwable cause) {
    if (!(cause instanceof SSLException)) {
      return cause;
    }
    return Diagnosis.ofAlert(cause, failures.isPresent())
        .<Throwable>map(refusal -> refusal)
        .orElseGet(
            () -> new TlsRecordException("the peer broke TLS: " + cause.getMessage(), cause));
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (state == State.FAILING) {
      ctx.executor().execute(() -> ctx.close(promise));
    } else if (isToBeReset(ctx.channel()) && ctx.pipeline().context(tls) != null) {
      ctx.pipeline().context(tls).close(promise);
    } else {
      ctx.close(promise);
    }
  }

  private static boolean isToBeReset(Channel channel) {
    if (!channel.isActive()) {
      return false;
    }
    Integer linger = channel.config().getOption(ChannelOption.SO_LINGER);
    return linger != null && linger == 0;
  }
}
