package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandlerContext;

/** RFC 862: what comes goes back. */
final class VerbatimHandler extends AnsweringHandler {

  @Override
  Object answer(ChannelHandlerContext ctx, Object message) {
    return message;
  }
}
