package io.pipewright.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.ServerStats;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.transport.Transport;
import io.pipewright.udp.session.SessionCounts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;

/**
 * The first handler of a datagram channel: sees to it that a datagram arrives whole or not at all, and leaves as it is.
 *
 * <p>Inbound, what fills the receive buffer was longer than what is accepted, and is dropped and counted. Outbound, it takes
 * care of empty datagrams, which are legal (RFC 768): Netty 4.2 drops one on epoll, kqueue and NIO and reports success, and on
 * epoll one in a batch makes another one go out twice. Here they go to the socket by themselves.
 */
@ChannelHandler.Sharable
final class DatagramGuard extends ChannelDuplexHandler {

  static final String NAME = "datagram-guard";

  private static final String TOO_LONG = "datagram-too-long";
  private static final int LINES_PER_SECOND = 1;

  private final Transport transport;
  private final int maxBytes;
  private final BoundedLog log;
  private final DatagramCounts counts = new DatagramCounts();

  DatagramGuard(Transport transport, int maxBytes, Logger logger) {
    this.transport = transport;
    this.maxBytes = maxBytes;
    this.log = BoundedLog.of(logger, LINES_PER_SECOND);
  }

  long oversized() {
    return counts.droppedBy(TOO_LONG);
  }

  DatagramCounts counts() {
    return counts;
  }

  /** Without sessions a datagram service accepts nobody and refuses nobody. */
  ServerStats stats() {
    SessionCounts sessions = counts.sessions();
    Map<String, Long> errors = new TreeMap<>(counts.dropped());
    sessions.errors().snapshot().forEach((kind, count) -> errors.merge(kind, count, Long::sum));
    sessions.ended().forEach((reason, count) -> errors.put("session-" + reason, count));
    return new ServerStats(
        sessions.open(),
        sessions.opened(),
        sessions.refused(),
        counts.bytesReceived(),
        counts.bytesSent(),
        counts.datagramsReceived(),
        counts.datagramsSent(),
        errors);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    counts.attachTo(ctx.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof DatagramPacket datagram
        && datagram.content().readableBytes() > maxBytes) {
      counts.dropped(TOO_LONG);
      log.warn(
          "{}: a datagram of more than {} bytes was dropped",
          Addresses.text(datagram.sender()),
          maxBytes);
      datagram.release();
      return;
    }
    counts.received(bytes(message));
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    counts.sent(bytes(message));
    if (!isEmpty(message) || transport == Transport.IO_URING) {
      ctx.write(message, promise);
      return;
    }
    ctx.flush(); // what was written before goes first
    InetSocketAddress recipient = recipient(ctx.channel(), message);
    ReferenceCountUtil.release(message);
    try {
      sendEmpty(ctx.channel(), recipient);
      promise.trySuccess();
    } catch (IOException e) {
      promise.tryFailure(e);
    }
  }

  private static void sendEmpty(Channel channel, InetSocketAddress recipient) throws IOException {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent == null) {
      throw new ClosedChannelException();
    }
    if (unsent.size() > 0) {
      throw new IOException("the send buffer is full");
    }
    EmptyDatagrams.send(channel, recipient);
  }

  private static InetSocketAddress recipient(Channel channel, Object message) {
    return message instanceof DatagramPacket datagram && datagram.recipient() != null
        ? datagram.recipient()
        : (InetSocketAddress) channel.remoteAddress();
  }

  private static int bytes(Object message) {
    if (message instanceof DatagramPacket datagram) {
      return datagram.content().readableBytes();
    }
    return message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
  }

  private static boolean isEmpty(Object message) {
    return (message instanceof DatagramPacket datagram && !datagram.content().isReadable())
        || (message instanceof ByteBuf bytes && !bytes.isReadable());
  }
}
