package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.pipewright.PipewrightException;

/** Lets messages of exactly the framing's length pass. */
final class FixedEncoder extends FrameEncoder {

  private final int frameBytes;

  FixedEncoder(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  @Override
  PipewrightException refusal(ByteBuf body) {
    int length = body.readableBytes();
    if (length > frameBytes) {
      return new FrameTooLongException(frameBytes, length);
    }
    return length == frameBytes
        ? null
        : new UnframeableMessageException(
            length, "every frame has exactly " + frameBytes + " bytes");
  }

  @Override
  void writeFrame(ChannelHandlerContext ctx, ByteBuf body, ChannelPromise promise) {
    ctx.write(body, promise);
  }
}
