package io.pipewright.udpecho;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.log.Addresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the next datagram on a socket, or the news that nobody listens at its other end, to whoever
 * waits. What comes when nobody does was not asked for, and is dropped.
 */
final class Inbox extends SimpleChannelInboundHandler<DatagramPacket> {

  private static final Logger log = LoggerFactory.getLogger(UdpEchoClient.class);

  private final AtomicReference<CompletableFuture<Received>> waiting = new AtomicReference<>();

  /** A datagram, copied out of its buffer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Received(InetSocketAddress sender, byte[] bytes) {}

  /**
   * From now on the next datagram, or an error of the socket, completes the future. May be called
   * from any thread.
   */
  CompletableFuture<Received> expect() {
    CompletableFuture<Received> next = new CompletableFuture<>();
    waiting.set(next);
    return next;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
    CompletableFuture<Received> next = waiting.getAndSet(null);
    if (next == null) {
      log.debug(
          "{}: a datagram that nobody waits for is dropped", Addresses.text(datagram.sender()));
    } else {
      next.complete(new Received(datagram.sender(), ByteBufUtil.getBytes(datagram.content())));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("the client was closed"));
    ctx.fireChannelInactive();
  }

  /** An ICMP refusal is what the socket says of an earlier datagram (RFC 1122, section 4.1.3.3). */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException) || !fail(cause)) {
      ctx.fireExceptionCaught(cause);
    }
  }

  private boolean fail(Throwable cause) {
    CompletableFuture<Received> next = waiting.getAndSet(null);
    return next != null && next.completeExceptionally(cause);
  }
}
