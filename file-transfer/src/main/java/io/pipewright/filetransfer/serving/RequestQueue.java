package io.pipewright.filetransfer.serving;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import io.pipewright.ProtocolException;
import io.pipewright.filetransfer.plain.LeavingHandler;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.idle.IdleEvent;
import io.pipewright.transport.HeldRead;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;

/**
 * A connection's requests, answered in the order in which they came, however their replies become ready. Reads on only while
 * so few of them ({@link Manners#maxRequests}) wait for their answer, and writes on only while the peer takes it.
 *
 * <pre>
 *   request ──► waiting ──────────────────────────────► head has its reply ──► written
 *                  │ those first             reply ▲        │ a part of a file
 *                  └──► Lookups (workers) ─────────┘        └──► OngoingGet ──► written block by block
 * </pre>
 *
 * <p>When the server drains, the block under way is finished; then this and every request that waits or still comes is told
 * where to go on, and the connection ends.
 */
final class RequestQueue extends ChannelDuplexHandler {

  private final NativeService service;
  private final int maxWaiting;
  private final HeldRead heldRead = new HeldRead();
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private final Queue<Exchange> notAsked = new ArrayDeque<>();

  private ChannelHandlerContext ctx;
  private Lookups lookups;
  private OngoingGet ongoing;
  private ChannelFuture lastWrite;
  private boolean busy;
  private boolean advancing;
  private boolean inputEnded;
  private boolean draining;
  private boolean leaving;

  RequestQueue(NativeService service) {
    this.service = service;
    this.maxWaiting = service.manners().maxRequests();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    this.lookups = new Lookups(service, ctx.channel(), this::advance);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (leaving || !(message instanceof Request request)) {
      ReferenceCountUtil.release(message);
      return;
    }
    begin();
    Exchange exchange = new Exchange(request);
    waiting.add(exchange);
    Reply.Message known = StorelessReplies.to(request);
    if (known == null) {
      notAsked.add(exchange);
    } else {
      exchange.complete(known);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    advance();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    advance();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (waiting.size() < maxWaiting || leaving) {
      ctx.read();
    } else if (!heldRead.isHeld()) {
      heldRead.hold(ctx.channel());
    }
  }

  /** Does whatever can be done now. */
  private void advance() {
    if (advancing || leaving || ctx.isRemoved()) {
      return; // the loop below is at it, or there is nothing more to do
    }
    advancing = true;
    try {
      boolean wrote = writeReplies();
      if (wrote) {
        ctx.flush();
      }
      ask();
    } finally {
      advancing = false;
    }
    if (waiting.isEmpty() && ongoing == null) {
      end();
    }
    if (heldRead.isHeld() && waiting.size() <= maxWaiting / 2 && heldRead.letGo(ctx.channel())) {
      ctx.read();
    }
  }

  private boolean writeReplies() {
    boolean wrote = false;
    while (ongoing == null && !leaving && !waiting.isEmpty() && hasRoom()) {
      Exchange head = waiting.peek();
      Reply reply = draining ? drained(head) : head.take();
      if (reply == null) {
        break;
      }
      waiting.remove();
      lookups.letGo(reply);
      write(head.request(), reply);
      wrote = true;
    }
    return wrote;
  }

  /** Much that is written is flushed, to see whether the peer takes it. */
  private boolean hasRoom() {
    if (!ctx.channel().isWritable()) {
      ctx.flush();
    }
    return ctx.channel().isWritable();
  }

  private void write(Request request, Reply reply) {
    if (reply instanceof Reply.Stream stream) {
      Request.Get get = (Request.Get) request;
      ongoing = OngoingGet.start(ctx, service, get, stream, this::getEnded);
      if (ongoing == null) {
        write(service.manners().busy("as many transfers are under way as may be"));
      }
    } else if (reply instanceof Reply.Encoded encoded) {
      lastWrite = ctx.write(encoded.take());
    } else if (reply instanceof Reply.Message message) {
      write(message.answer());
      if (request instanceof Request.Malformed malformed) {
        Offences.report(ctx.channel(), malformed.cause());
      } else if (request instanceof Request.Hello) {
        ServingLog.turnedAway(ctx.channel(), "it has said HELLO twice");
      }
    }
  }

  private void write(Answer answer) {
    lastWrite = ctx.write(answer);
    if (answer instanceof Answer.Failure failure && failure.code() == ErrorCode.BAD_REQUEST) {
      leave();
    }
  }

  /** The last answer of a GET; {@code null} if its connection cannot go on. */
  private void getEnded(Answer last) {
    ongoing = null;
    if (last == null) {
      return;
    }
    write(last);
    ctx.flush();
    advance();
  }

  private void ask() {
    if (draining || leaving) {
      return;
    }
    int underWay = waiting.size() - notAsked.size();
    while (underWay < maxWaiting && !notAsked.isEmpty()) {
      lookups.add(notAsked.remove());
      underWay++;
    }
    lookups.runOn();
  }

  private void begin() {
    if (!busy) {
      busy = true;
      InFlight.begin(ctx.channel());
    }
  }

  private void rest() {
    if (busy) {
      busy = false;
      InFlight.end(ctx.channel());
    }
  }

  /** Nothing waits: who has finished sending, or has been told to go elsewhere, goes. */
  private void end() {
    rest();
    if (inputEnded || DrainEvent.isToldToComeBack(ctx.channel())) {
      leave();
    }
  }

  private void leave() {
    if (leaving) {
      return;
    }
    leaving = true;
    abandonAll();
    ctx.flush();
    if (lastWrite == null) {
      giveWay();
    } else {
      lastWrite.addListener(written -> giveWay());
    }
  }

  private void giveWay() {
    if (ctx.channel().isActive() && !ctx.isRemoved()) {
      ctx.pipeline()
          .replace(this, "leaving", new LeavingHandler(service.manners().linger()));
    }
  }

  private void abandonAll() {
    if (!waiting.isEmpty()) {
      List<Exchange> unwanted = List.copyOf(waiting);
      service.sender().workers().execute(() -> unwanted.forEach(Exchange::abandon));
    }
    waiting.clear();
    notAsked.clear();
  }

  private Reply drained(Exchange exchange) {
    service.sender().workers().execute(exchange::abandon);
    DrainEvent.toldToComeBack(ctx.channel());
    OptionalLong offset = exchange.request() instanceof Request.Get get
        ? OptionalLong.of(get.offset())
        : OptionalLong.empty();
    return new Reply.Message(service.manners().draining(offset));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      advance();
    } else if (event instanceof DrainEvent) {
      draining = true;
      if (ongoing != null) {
        ongoing.endAtBlock();
      }
      advance();
    } else if (event instanceof IdleEvent idle) {
      stalled(idle);
    }
    ctx.fireUserEventTriggered(event);
  }

  /** It is about to be closed: by a reset, if anything is owed that the kernel would keep for it else. */
  private void stalled(IdleEvent idle) {
    if (ongoing != null) {
      ongoing.cancel("the peer took no byte for " + idle.limit().toMillis() + " ms");
    } else if (busy) {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
  }

  /** A frame that is too long; its decoder closes the connection as soon as this returns. Who waits for another answer gets none. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ProtocolException && waiting.isEmpty() && ongoing == null && !leaving) {
      ctx.writeAndFlush(Answer.Failure.of(ErrorCode.BAD_REQUEST, cause.getMessage()));
    }
    ctx.fireExceptionCaught(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (ongoing != null) {
      ongoing.cancel("the connection was closed");
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    leaving = true;
    abandonAll();
    rest();
    if (channel.isActive() && heldRead.letGo(channel)) {
      ctx.read();
    }
  }
}
