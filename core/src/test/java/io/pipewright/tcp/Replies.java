package io.pipewright.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.CompletableFuture;

/** Completes a future with the first message. */
final class Replies extends SimpleChannelInboundHandler<String> {

  private final CompletableFuture<String> first;

  Replies(CompletableFuture<String> first) {
    this.first = first;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, String message) {
    first.complete(message);
  }
}
