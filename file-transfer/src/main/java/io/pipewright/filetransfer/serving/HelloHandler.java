package io.pipewright.filetransfer.serving;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.pipewright.ProtocolException;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.plain.LeavingHandler;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.protocol.Secret;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a HELLO that will do, and then gives way to {@link RequestQueue}. A client that shows no secret or a wrong one learns so
 * after a fixed time, in which nothing is read.
 */
final class HelloHandler extends ChannelInboundHandlerAdapter {

  private static final int VERSION = 1;
  private static final String AGENT = "pipewright";

  private final NativeService service;
  private boolean refused;
  private Future<?> timer;

  HelloHandler(NativeService service) {
    this.service = service;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused || !(message instanceof Request request)) {
      ReferenceCountUtil.release(message);
    } else if (!(request instanceof Request.Hello hello)) {
      refuse(ctx, ErrorCode.BAD_REQUEST, "the first message is no HELLO");
    } else if (hello.version() < VERSION) {
      refuse(ctx, ErrorCode.UNSUPPORTED_VERSION, "this server speaks version " + VERSION);
    } else if (!isLetIn(hello.secret())) {
      refuseLater(ctx, hello.secret().isPresent() ? "a wrong secret" : "no secret");
    } else {
      ctx.writeAndFlush(new Answer.Welcome(VERSION, AGENT, Blocks.BYTES));
      ctx.pipeline().replace(this, "requests", new RequestQueue(service));
    }
  }

  private boolean isLetIn(Optional<Secret> shown) {
    return service.secret().isEmpty()
        || service.secret().get().matches(shown.map(Secret::bytes).orElse(new byte[0]));
  }

  private void refuseLater(ChannelHandlerContext ctx, String why) {
    refused = true;
    Offences.report(ctx.channel(), new UnauthorizedException(why));
    ctx.channel().config().setAutoRead(false);
    timer = ctx.executor()
        .schedule(
            () -> refuse(
                ctx,
                ErrorCode.UNAUTHORIZED,
                "this server gives files to those who know its secret"),
            service.manners().refusalDelay().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private void refuse(ChannelHandlerContext ctx, ErrorCode code, String text) {
    refused = true;
    ctx.writeAndFlush(Answer.Failure.of(code, text)).addListener(written -> {
      if (ctx.channel().isActive()) {
        ctx.pipeline()
            .replace(this, "leaving", new LeavingHandler(service.manners().linger()));
      }
    });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      if (refused) {
        return; // it is leaving, or will when its refusal has been written: not twice
      }
      ctx.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Who has not said HELLO gets no answer to a frame that is too long: it may speak something else. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ProtocolException offence && !refused) {
      refused = true;
      Offences.report(ctx.channel(), offence);
      ctx.close();
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
