package io.pipewright.filetransfer.plain;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.pipewright.filetransfer.saving.DiskWriter;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.tcp.HalfClose;
import io.pipewright.tls.TlsFacts;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The client's end of the plain dialect: sends a name, closes its direction (a server that looks for
 * the name's end need not guess then; one that does not look never notices), and saves what comes
 * until the server closes.
 *
 * <p>Only the end of the input counts as the end of the file, with TLS only one that TLS tells itself;
 * hence the channel must allow half-closure. A reset, a silence or a closing on our side leaves nothing behind.
 */
public final class FetchHandler extends ChannelInboundHandlerAdapter {

  private static final int MIN_READ_BYTES = 2 << 10;
  private static final int FIRST_READ_BYTES = 64 << 10;
  private static final int MAX_READ_BYTES = 512 << 10;

  private final Duration timeout;
  private final CompletableFuture<Fetched> result = new CompletableFuture<>();

  private DiskWriter writer;
  private boolean inputEnded;
  private boolean ended;
  private long receivedBytes;
  private long lastByteNanos;
  private Future<?> timer;

  /**
   * @param timeout how long the server may be silent
   */
  public FetchHandler(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel()
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES));
  }

  /**
   * Asks for a file. Called once, on the event loop of a connection that is open.
   *
   * @param ctx this handler's context
   * @param name what to ask for
   * @param writer where the bytes go
   * @return how it went, when the disk has been left in order
   */
  public CompletableFuture<Fetched> fetch(
      ChannelHandlerContext ctx, FileName name, DiskWriter writer) {
    this.writer = writer;
    if (inputEnded) {
      endInOrder(ctx);
      return result;
    }
    if (!ctx.channel().isActive()) {
      end(ctx, new Fetched.Broken(0, null));
      return result;
    }
    writer
        .failure()
        .thenAccept(cause -> ctx.executor().execute(() -> end(ctx, new Fetched.NotSaved(cause))));
    ctx.write(ByteBufUtil.writeUtf8(ctx.alloc(), name.toString()));
    HalfClose.finishSending(ctx.channel()).addListener(sent -> {
      if (!sent.isSuccess()) {
        end(ctx, new Fetched.Broken(0, sent.cause()));
      }
    });
    lastByteNanos = ctx.executor().ticker().nanoTime();
    watch(ctx, timeout.toNanos());
    return result;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (writer == null || ended) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf bytes = (ByteBuf) message;
    receivedBytes += bytes.readableBytes();
    lastByteNanos = ctx.executor().ticker().nanoTime();
    writer.write(bytes);
  }

  private void watch(ChannelHandlerContext ctx, long nanos) {
    timer = ctx.executor().schedule(() -> checkSilence(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void checkSilence(ChannelHandlerContext ctx) {
    long now = ctx.executor().ticker().nanoTime();
    if (writer.isFull()) {
      lastByteNanos = now; // it is our disk that is slow
    }
    long left = timeout.toNanos() - (now - lastByteNanos);
    if (left > 0) {
      watch(ctx, left);
    } else {
      end(ctx, new Fetched.TimedOut(receivedBytes));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !ended) {
      inputEnded = true;
      if (writer != null) {
        endInOrder(ctx);
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (writer == null) {
      ctx.close();
    } else {
      end(ctx, new Fetched.Broken(receivedBytes, cause));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (writer != null) {
      end(ctx, new Fetched.Broken(receivedBytes, null));
    }
    ctx.fireChannelInactive();
  }

  private void endInOrder(ChannelHandlerContext ctx) {
    if (!TlsFacts.endedInOrder(ctx.channel())) {
      end(ctx, new Fetched.Broken(receivedBytes, new EOFException("its TLS was cut off")));
      return;
    }
    stop(ctx);
    writer.commit().handle((file, failure) -> {
      if (failure instanceof CompletionException e && e.getCause() instanceof IOException cause) {
        return result.complete(new Fetched.NotSaved(cause));
      } else if (failure != null) {
        return result.completeExceptionally(failure);
      }
      return result.complete(file.<Fetched>map(Fetched.Whole::new).orElseGet(Fetched.Nothing::new));
    });
  }

  private void end(ChannelHandlerContext ctx, Fetched outcome) {
    if (!ended) {
      stop(ctx);
      writer.discard().whenComplete((nothing, failure) -> result.complete(outcome));
    }
  }

  private void stop(ChannelHandlerContext ctx) {
    ended = true;
    if (timer != null) {
      timer.cancel(false);
    }
    ctx.close();
  }
}
