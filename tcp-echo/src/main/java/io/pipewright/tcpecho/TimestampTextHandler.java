package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandlerContext;
import java.time.Clock;

/** Puts the time before the text. */
final class TimestampTextHandler extends AnsweringHandler {

  private final TimestampPrefix prefix;

  TimestampTextHandler(Clock clock) {
    this.prefix = new TimestampPrefix(clock);
  }

  @Override
  Object answer(ChannelHandlerContext ctx, Object message) {
    return prefix.text() + message;
  }
}
