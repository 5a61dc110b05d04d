package io.pipewright.filetransfer.serving;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Tells by a connection's first byte which dialect its peer speaks, and puts the handlers of that one in its own place. No file's
 * name begins with a NUL, and every native client sends one first.
 */
final class DialectHandler extends ChannelInboundHandlerAdapter {

  private static final byte NATIVE = 0;

  private final NativeService service;

  DialectHandler(NativeService service) {
    this.service = service;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      if (bytes.getByte(bytes.readerIndex()) == NATIVE) {
        service.installNative(ctx);
      } else {
        service.installPlain(ctx);
      }
      ctx.pipeline().remove(this); // last: so its context still knows who follows
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.close(); // it asked for nothing
    }
    ctx.fireUserEventTriggered(event);
  }
}
