package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Buffers for the bodies of messages. */
final class BodyBuffer {

  private BodyBuffer() {}

  /** An empty one with room in front, where the encoder puts the length without copying the body. */
  static ByteBuf allocate(ChannelHandlerContext ctx, int bodyBytes) {
    return ctx.alloc().buffer(Integer.BYTES + bodyBytes).setIndex(Integer.BYTES, Integer.BYTES);
  }
}
