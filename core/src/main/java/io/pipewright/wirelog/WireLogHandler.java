package io.pipewright.wirelog;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.log.Addresses;
import io.pipewright.log.Escaped;
import java.net.SocketAddress;
import org.slf4j.Logger;

/** Writes the lines that {@link WireLog} describes. */
@Sharable
final class WireLogHandler extends ChannelDuplexHandler {

  private final Logger logger;
  private final int maxBytes;

  WireLogHandler(Logger logger, int maxBytes) {
    this.logger = logger;
    this.maxBytes = maxBytes;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (logger.isDebugEnabled()) {
      log(ctx, "OPEN");
    }
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (logger.isDebugEnabled()) {
      log(ctx, "CLOSED");
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (logger.isDebugEnabled()) {
      if (event instanceof ChannelInputShutdownEvent) {
        log(ctx, "INPUT CLOSED");
      } else if (event instanceof ChannelOutputShutdownEvent) {
        log(ctx, "OUTPUT CLOSED");
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (logger.isDebugEnabled()) {
      String from =
          msg instanceof DatagramPacket packet ? " from " + Addresses.text(packet.sender()) : "";
      log(ctx, "READ " + describe(msg, from));
    }
    ctx.fireChannelRead(msg);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (logger.isDebugEnabled()) {
      String to =
          msg instanceof DatagramPacket packet ? " to " + Addresses.text(packet.recipient()) : "";
      log(ctx, "WRITE " + describe(msg, to));
    }
    ctx.write(msg, promise);
  }

  private void log(ChannelHandlerContext ctx, String event) {
    Channel channel = ctx.channel();
    SocketAddress peer = channel.remoteAddress();
    logger.debug(
        "[{}{}] {}",
        channel.id().asShortText(),
        peer == null ? "" : " " + Addresses.text(peer),
        event);
  }

  private String describe(Object msg, String direction) {
    if (msg instanceof ByteBuf buffer) {
      return buffer.readableBytes() + " bytes \"" + Escaped.bytes(buffer, maxBytes) + '"';
    }
    if (msg instanceof ByteBufHolder holder) {
      ByteBuf content = holder.content();
      return content.readableBytes()
          + " bytes"
          + direction
          + " \""
          + Escaped.bytes(content, maxBytes)
          + '"';
    }
    if (msg instanceof FileRegion region) {
      return region.count() + " bytes of a file";
    }
    if (msg instanceof CharSequence text) {
      return text.length() + " characters \"" + Escaped.of(text, maxBytes) + '"';
    }
    return msg.getClass().getName();
  }
}
