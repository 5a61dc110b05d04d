package io.pipewright.tcpecho;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Makes a–z A–Z in the bytes themselves, which are this handler's own. */
final class UppercaseHandler extends AnsweringHandler {

  private static final int TO_UPPER = 'A' - 'a';

  @Override
  Object answer(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
      byte b = bytes.getByte(i);
      if (b >= 'a' && b <= 'z') {
        bytes.setByte(i, b + TO_UPPER);
      }
    }
    return bytes;
  }
}
