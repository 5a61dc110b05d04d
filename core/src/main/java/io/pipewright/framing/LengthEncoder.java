package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.pipewright.PipewrightException;

/** Puts the length before each message. */
final class LengthEncoder extends FrameEncoder {

  private final LengthField field;
  private final int maxBytes;

  /**
   * @param maxBytes the longest body, already bounded by what the field can announce
   */
  LengthEncoder(LengthField field, int maxBytes) {
    this.field = field;
    this.maxBytes = maxBytes;
  }

  @Override
  PipewrightException refusal(ByteBuf body) {
    int length = body.readableBytes();
    if (length > maxBytes) {
      return new FrameTooLongException(maxBytes, length);
    }
    return field.valueFor(length) >= 0
        ? null
        : new UnframeableMessageException(
            length, "no field's value plus " + field.adjustment() + " gives that length");
  }

  @Override
  void writeFrame(ChannelHandlerContext ctx, ByteBuf body, ChannelPromise promise) {
    long value = field.valueFor(body.readableBytes());
    if (body.readerIndex() >= field.bytes() && ownsSurroundings(body, ctx.alloc())) {
      ctx.write(prepend(body, value), promise);
    } else if (body.readableBytes() <= MERGE_BYTES) {
      ctx.write(merge(ctx, body, value), promise);
    } else {
      ByteBuf header = ctx.alloc().buffer(field.bytes());
      field.put(header, value);
      writeBoth(ctx, header, body, promise);
    }
  }

  private ByteBuf prepend(ByteBuf body, long value) {
    int begin = body.readerIndex() - field.bytes();
    int end = body.writerIndex();
    body.setIndex(begin, begin);
    field.put(body, value);
    return body.writerIndex(end);
  }

  private ByteBuf merge(ChannelHandlerContext ctx, ByteBuf body, long value) {
    try {
      ByteBuf frame = ctx.alloc().buffer(field.bytes() + body.readableBytes());
      field.put(frame, value);
      return frame.writeBytes(body);
    } finally {
      body.release();
    }
  }
}
