package io.pipewright.filetransfer.serving;

import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;

/**
 * Reads little at a time: all that comes is names and requests. What one read brings has to be kept, as requests that wait, and the
 * smallest has five bytes; Netty's own 16 × 64 KiB would be two hundred thousand of them before anybody could stop reading.
 *
 * <p>It stands before shaping, which then keeps its say about how much one read may bring.
 */
public final class SmallReads extends ChannelHandlerAdapter {

  private static final int READ_BYTES = 8 << 10;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel()
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
  }
}
