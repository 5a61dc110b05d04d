package io.pipewright.capture;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.pipewright.capture.Recorder.Ending;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;

/**
 * Tells a {@link Recorder} what happens on one channel. Whether its peer is chosen is judged when the first thing happens, and
 * not before: a proxy may have named another peer by then.
 */
final class CaptureHandler extends ChannelDuplexHandler {

  private final Capture capture;
  private volatile ChannelHandlerContext ctx;
  private Recorder recorder;
  private Ending ending = Ending.CLOSED_THERE;

  CaptureHandler(Capture capture) {
    this.capture = capture;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    capture.attached(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    capture.detached(this);
  }

  /** To be called when the capture has ended, from any thread. */
  void leave() {
    try {
      ctx.executor().execute(this::remove);
    } catch (RejectedExecutionException e) {
      capture.detached(this); // the event loop has ended, and the connection with it
    }
  }

  private void remove() {
    if (!ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
  }

  /** Who records this channel; nobody, and this handler is gone, if its peer is not chosen or the capture has ended. */
  private Recorder recorder() {
    if (recorder == null) {
      recorder = Recorder.of(capture, ctx.channel());
    }
    if (recorder == Recorder.NONE || !capture.isActive()) {
      recorder = Recorder.NONE;
      remove();
    }
    return recorder;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    recorder().opened();
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    recorder().read(message);
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    recorder().written(message);
    ctx.write(message, promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      recorder().inputEnded();
    } else if (event == ChannelOutputShutdownEvent.INSTANCE) {
      recorder().outputEnded();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException && !(cause instanceof SSLException)) {
      ending = Ending.RESET_THERE; // if it ends by this; the socket's errors are no others
    }
    ctx.fireExceptionCaught(cause);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (ending == Ending.CLOSED_THERE && ctx.channel().isActive()) {
      ending = isToBeReset(ctx.channel()) ? Ending.RESET_HERE : Ending.CLOSED_HERE;
    }
    ctx.close(promise);
  }

  private static boolean isToBeReset(Channel channel) {
    try {
      Integer linger = channel.config().getOption(ChannelOption.SO_LINGER);
      return linger != null && linger == 0;
    } catch (ChannelException e) {
      return false; // the socket has failed, and has no options any more
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    recorder().ended(ending);
    ctx.fireChannelInactive();
  }
}
