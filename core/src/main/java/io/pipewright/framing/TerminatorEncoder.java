package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Appends a terminator to each message. */
abstract class TerminatorEncoder extends FrameEncoder {

  private final byte[] terminator;

  TerminatorEncoder(byte[] terminator) {
    this.terminator = terminator.clone();
  }

  @Override
  final void writeFrame(ChannelHandlerContext ctx, ByteBuf body, ChannelPromise promise) {
    if (body.isWritable(terminator.length) && ownsSurroundings(body, ctx.alloc())) {
      ctx.write(terminate(body), promise);
    } else if (body.readableBytes() <= MERGE_BYTES) {
      ctx.write(merge(ctx, body), promise);
    } else {
      ByteBuf end = terminate(ctx.alloc().buffer(terminator.length));
      writeBoth(ctx, body, end, promise);
    }
  }

  private ByteBuf merge(ChannelHandlerContext ctx, ByteBuf body) {
    try {
      ByteBuf frame = ctx.alloc().buffer(body.readableBytes() + terminator.length);
      return terminate(frame.writeBytes(body));
    } finally {
      body.release();
    }
  }

  /** Byte by byte: copying an array into direct memory has a cost of its own, whatever its length. */
  private ByteBuf terminate(ByteBuf out) {
    for (byte b : terminator) {
      out.writeByte(b);
    }
    return out;
  }
}
