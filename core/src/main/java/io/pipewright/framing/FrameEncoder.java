package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.PromiseCombiner;
import io.pipewright.PipewrightException;

/**
 * Turns each written {@link ByteBuf} into a frame, or refuses it: then the promise fails, the
 * buffer is released and not a byte is sent. What is no {@code ByteBuf} passes unframed; of {@link RawBytes} their content does.
 */
abstract class FrameEncoder extends ChannelOutboundHandlerAdapter implements FrameCounter {

  /** Up to here a copy into one buffer costs less than a second entry in the outbound buffer. */
  static final int MERGE_BYTES = 4_096;

  private long frames;

  @Override
  public final long frames() {
    return frames;
  }

  /** Why the message cannot be sent as one frame, or null if it can. */
  abstract PipewrightException refusal(ByteBuf body);

  /** Writes the frame; takes over {@code body} and completes {@code promise} when all is sent. */
  abstract void writeFrame(ChannelHandlerContext ctx, ByteBuf body, ChannelPromise promise);

  @Override
  public final void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (!(msg instanceof ByteBuf body)) {
      ctx.write(msg instanceof RawBytes raw ? raw.content() : msg, promise);
      return;
    }
    PipewrightException refusal = refusal(body);
    if (refusal == null) {
      frames++;
      writeFrame(ctx, body, promise);
    } else {
      body.release();
      promise.tryFailure(refusal);
    }
  }

  /**
   * Whether the memory around the message is nobody else's, so that a header or a terminator may be
   * put there instead of copying the message: it came from this channel's allocator, is no view of
   * another buffer, and only we hold it. Unpooled buffers are out, as they may wrap a user's array.
   */
  static boolean ownsSurroundings(ByteBuf body, ByteBufAllocator alloc) {
    return body.unwrap() == null
        && body.refCnt() == 1
        && body.alloc() == alloc
        && !(body instanceof CompositeByteBuf)
        && !(alloc instanceof UnpooledByteBufAllocator);
  }

  static void writeBoth(
      ChannelHandlerContext ctx, ByteBuf first, ByteBuf second, ChannelPromise promise) {
    if (ctx.channel().parent() instanceof DatagramChannel) { // there each buffer is a datagram
      ctx.write(ctx.alloc().compositeBuffer(2).addComponents(true, first, second), promise);
      return;
    }
    PromiseCombiner both = new PromiseCombiner(ctx.executor());
    both.add(ctx.write(first));
    both.add(ctx.write(second));
    both.finish(promise);
  }
}
