package io.pipewright.tcp;

import io.netty.channel.ChannelHandlerAdapter;

/** Does nothing but mark the place from which a write goes through the shaping's queue and through no codec. */
final class BehindQueue extends ChannelHandlerAdapter {

  static final String NAME = "behind-queue";
}
