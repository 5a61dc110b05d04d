package io.pipewright.udp.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.framing.FrameDecoder;

/**
 * Sees to it that no frame goes on from one datagram to the next, since the next may be lost: stands in front of the frame
 * decoder and ends what has begun at the end of each datagram. Where a delimiter ends frames it is as if there were one; else
 * the session is closed, and its decoder says that a frame was cut.
 */
final class DatagramEnd extends ChannelInboundHandlerAdapter {

  static final String NAME = "datagram-end";

  private final FrameDecoder decoder;
  private final ByteBuf delimiter;

  /**
   * @param delimiter what ends a frame; {@code null} if it is no bytes of the stream that do
   */
  DatagramEnd(FrameDecoder decoder, byte[] delimiter) {
    this.decoder = decoder;
    this.delimiter =
        delimiter == null ? null : Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(delimiter));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ctx.fireChannelRead(message);
    if (!decoder.midFrame()) {
      return;
    }
    if (delimiter == null) {
      ctx.close();
    } else {
      ctx.fireChannelRead(delimiter.duplicate());
    }
  }
}
