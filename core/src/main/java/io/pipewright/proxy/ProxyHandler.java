package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads the header of one connection. Until it is read, or known not to come, no handler behind this one hears anything.
 *
 * <pre>
 *   WAITING ──► header, or none and none needed ──► PASSED: channelActive, the bytes behind it, removed
 *      └──────► refused ──► REFUSED: closed; nobody behind hears of it
 * </pre>
 */
final class ProxyHandler extends ChannelInboundHandlerAdapter {

  private enum State {
    WAITING,
    PASSED,
    REFUSED
  }

  private final ProxyProtocol settings;
  private final List<Object> events = new ArrayList<>(0);
  private State state = State.WAITING;
  private ByteBuf held = Unpooled.EMPTY_BUFFER;
  private boolean gathering;
  private Future<?> deadline;

  ProxyHandler(ProxyProtocol settings) {
    this.settings = settings;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (settings.trusts(ctx.channel())) {
      deadline = ctx.executor()
          .schedule(() -> timeOut(ctx), settings.headerTimeout().toNanos(), TimeUnit.NANOSECONDS);
      readOn(ctx);
    } else if (isRequired()) {
      refuse(ctx, ProxyRefusal.UNTRUSTED, "a PROXY header is required, and it is not trusted");
    } else {
      passOn(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state == State.PASSED) {
      ctx.fireChannelRead(message);
    } else if (state == State.REFUSED) {
      ReferenceCountUtil.release(message);
    } else {
      hold(ctx, (ByteBuf) message);
      judge(ctx);
    }
  }

  private void hold(ChannelHandlerContext ctx, ByteBuf bytes) {
    if (!held.isReadable()) {
      held.release();
      held = bytes; // mostly the whole header and more: nothing is copied
      return;
    }
    if (!gathering) {
      gathering = true;
      ByteBuf own = ctx.alloc().buffer(held.readableBytes() + bytes.readableBytes());
      own.writeBytes(held);
      held.release();
      held = own;
    }
    held.writeBytes(bytes);
    bytes.release();
  }

  private void judge(ChannelHandlerContext ctx) {
    Signature signature = Signature.of(held);
    if (signature == Signature.PARTIAL) {
      return;
    }
    if (signature == Signature.NONE) {
      passOnWithout(ctx, ProxyRefusal.MALFORMED, "a PROXY header is required, and none came");
      return;
    }
    try {
      Parsed parsed =
          signature == Signature.V1 ? V1.read(held) : V2.read(held, settings.maxTlvBytes());
      if (parsed != null) {
        announce(ctx, parsed);
        passOn(ctx);
      }
    } catch (MalformedProxyHeaderException e) {
      refuse(ctx, ProxyRefusal.MALFORMED, e.getMessage());
    }
  }

  private void announce(ChannelHandlerContext ctx, Parsed parsed) {
    Channel channel = ctx.channel();
    SocketAddress proxy = channel.remoteAddress();
    ProxyHeader header = parsed.on(proxy, channel.localAddress());
    settings.countHeader();
    header.attachTo(channel);
    PeerAddress.replace(channel, header.source());
  }

  private void passOnWithout(ChannelHandlerContext ctx, ProxyRefusal refusal, String why) {
    if (isRequired()) {
      refuse(ctx, refusal, why);
    } else {
      passOn(ctx);
    }
  }

  private void passOn(ChannelHandlerContext ctx) {
    state = State.PASSED;
    cancelDeadline();
    ByteBuf rest = held;
    held = Unpooled.EMPTY_BUFFER;
    ctx.fireChannelActive();
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
    } else {
      rest.release();
    }
    events.forEach(ctx::fireUserEventTriggered);
    ctx.pipeline().remove(this);
  }

  private void refuse(ChannelHandlerContext ctx, ProxyRefusal refusal, String why) {
    state = State.REFUSED;
    settle();
    settings.refuse(ctx.channel().remoteAddress(), refusal, why);
    ctx.close();
  }

  private void timeOut(ChannelHandlerContext ctx) {
    if (state != State.WAITING) {
      return;
    }
    if (isRequired() || Signature.of(held) != Signature.PARTIAL) {
      String limit = settings.headerTimeout().toMillis() + " ms";
      refuse(ctx, ProxyRefusal.TIMED_OUT, "its PROXY header was not complete within " + limit);
    } else {
      passOn(ctx);
      ctx.fireChannelReadComplete();
    }
  }

  /** The peer sends nothing more: what is held is all there is. */
  private void endOfInput(ChannelHandlerContext ctx) {
    if (isRequired() || Signature.of(held) != Signature.PARTIAL) {
      refuse(ctx, ProxyRefusal.TRUNCATED, "it ended before its PROXY header was complete");
    } else {
      passOn(ctx);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (state == State.PASSED) {
      ctx.fireChannelReadComplete();
    } else if (state == State.WAITING) {
      readOn(ctx);
    }
  }

  /** Nobody behind this handler can ask for the header's bytes. */
  private static void readOn(ChannelHandlerContext ctx) {
    if (!ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (state == State.WAITING && event == ChannelInputShutdownEvent.INSTANCE) {
      endOfInput(ctx);
    }
    if (state == State.PASSED) {
      ctx.fireUserEventTriggered(event);
    } else if (state == State.WAITING) {
      events.add(event); // nobody behind is active yet
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (state == State.PASSED) {
      ctx.fireChannelInactive();
    } else if (state == State.WAITING) {
      boolean began = held.isReadable();
      settle();
      state = State.REFUSED;
      if (began || isRequired()) {
        settings.refuse(
            ctx.channel().remoteAddress(),
            ProxyRefusal.TRUNCATED,
            "it ended before its PROXY header was complete");
      }
    }
  }

  /** A reset before the header is the connection's end, of which nobody behind has heard the beginning. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (state == State.PASSED || !(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
    } else {
      ctx.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    settle();
  }

  private void settle() {
    cancelDeadline();
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private boolean isRequired() {
    return settings.mode() == ProxyProtocol.Mode.REQUIRED;
  }
}
