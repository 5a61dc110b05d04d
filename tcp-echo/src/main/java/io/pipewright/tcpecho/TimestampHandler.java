package io.pipewright.tcpecho;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.time.Clock;

/** Puts the time before the bytes, in one buffer, so that prefix and message leave together. */
final class TimestampHandler extends AnsweringHandler {

  private final TimestampPrefix prefix;

  TimestampHandler(Clock clock) {
    this.prefix = new TimestampPrefix(clock);
  }

  @Override
  Object answer(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    byte[] ascii = prefix.ascii();
    ByteBuf answer = ctx.alloc().buffer(ascii.length + bytes.readableBytes());
    answer.writeBytes(ascii).writeBytes(bytes);
    bytes.release();
    return answer;
  }
}
