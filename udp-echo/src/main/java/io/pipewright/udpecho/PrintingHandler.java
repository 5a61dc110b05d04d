package io.pipewright.udpecho;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.DrainEvent;
import java.nio.charset.Charset;

/**
 * Prints each datagram that passes: its sender's address and its text. While the printer is behind,
 * the socket is not read: then it is the kernel that drops what its buffer cannot hold.
 */
final class PrintingHandler extends ChannelInboundHandlerAdapter {

  private final LinePrinter printer;
  private final Charset charset;
  private boolean paused;
  private boolean draining;

  PrintingHandler(LinePrinter printer, Charset charset) {
    this.printer = printer;
    this.charset = charset;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof DatagramPacket datagram) {
      String text = datagram.content().toString(charset);
      printer.print(DatagramLine.of(datagram.sender(), text));
      pauseIfFull(ctx);
    }
    ctx.fireChannelRead(message);
  }

  private void pauseIfFull(ChannelHandlerContext ctx) {
    if (!paused && printer.isFull()) {
      paused = true;
      ctx.channel().config().setAutoRead(false);
      printer.afterwards(() -> ctx.executor().execute(() -> resume(ctx)));
    }
  }

  private void resume(ChannelHandlerContext ctx) {
    paused = false;
    if (!draining) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof DrainEvent) {
      draining = true; // the server has stopped reading for good
    }
    ctx.fireUserEventTriggered(event);
  }
}
