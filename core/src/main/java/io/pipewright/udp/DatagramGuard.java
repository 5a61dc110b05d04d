package io.pipewright.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.transport.HeldRead;
import io.pipewright.udp.batch.ReceiveBuffers;
import io.pipewright.udp.batch.SegmentJoiner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * The first handler of a datagram channel: sees to it that a datagram arrives whole or not at all, leaves as it is, and is
 * counted.
 *
 * <p>Inbound, what fills the receive buffer was longer than what is accepted, and is dropped and counted. While more is to be
 * sent than the channel's high-water mark allows, nothing is read: what comes waits in the kernel, which counts what it has no
 * room for.
 *
 * <p>Outbound, it takes care of empty datagrams, which are legal (RFC 768): Netty 4.2 drops one on epoll, kqueue and NIO and
 * reports success, and on epoll one in a batch makes another one go out twice. Here they go to the socket by themselves.
 */
final class DatagramGuard extends ChannelDuplexHandler {

  static final String NAME = "datagram-guard";

  /** Every path takes so much: IPv4 routers must pass packets of 576 bytes (RFC 791), headers of 68 at most included. */
  private static final int FITS_EVERY_PATH = 508;

  /** Without don't-fragment only what UDP itself cannot carry is too long. */
  private static final int FITS_UDP = 65_000;

  private final ChannelSetup setup;
  private final DatagramCounts counts;
  private final BoundedLog log;
  private final ReceiveBuffers buffers;
  private final SegmentJoiner joiner;
  private final int neverTooLong;
  private final HeldRead heldRead = new HeldRead();
  private Tally tally;
  private SendPromise unawaited;

  /**
   * @param buffers what the channel receives into; {@code null} if Netty takes a new one for each datagram
   * @param joiner joins what goes to one peer; {@code null} if nothing is joined
   */
  DatagramGuard(ChannelSetup setup, BoundedLog log, ReceiveBuffers buffers, SegmentJoiner joiner) {
    this.setup = setup;
    this.counts = setup.counts();
    this.log = log;
    this.buffers = buffers;
    this.joiner = joiner;
    this.neverTooLong = setup.ip().dontFragment() ? FITS_EVERY_PATH : FITS_UDP;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    counts.attachTo(ctx.channel());
    tally = counts.openTally();
    unawaited = new SendPromise(ctx.channel(), tally, counts, null, 0);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (joiner != null) {
      joiner.writePending(ctx); // and it fails, as what was not flushed does
      joiner.close();
    }
    if (buffers != null) {
      buffers.close();
    }
    counts.closeTally(tally);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket datagram)) {
      ctx.fireChannelRead(message);
      return;
    }
    int bytes = datagram.content().readableBytes();
    if (bytes > setup.maxDatagramBytes()) {
      counts.dropped(DatagramCounts.TOO_LONG);
      log.warn(
          "{}: a datagram of more than {} bytes was dropped",
          Addresses.text(datagram.sender()),
          setup.maxDatagramBytes());
      datagram.release();
      return;
    }
    tally.countReceived(bytes);
    ctx.fireChannelRead(
        buffers != null && buffers.copies() ? copied(ctx, datagram, bytes) : datagram);
  }

  private static DatagramPacket copied(
      ChannelHandlerContext ctx, DatagramPacket datagram, int bytes) {
    ByteBuf copy = ctx.alloc().directBuffer(bytes, bytes).writeBytes(datagram.content());
    datagram.release();
    return datagram.replace(copy);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      ctx.read();
    } else {
      heldRead.hold(ctx.channel());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable() && heldRead.letGo(ctx.channel())) {
      ctx.read();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    int bytes = bytes(message);
    tally.countWritten(bytes);
    ChannelPromise counted = counted(ctx.channel(), promise, bytes);
    if (bytes == 0 && setup.sendsEmptyByHand() && isDatagram(message)) {
      writeEmpty(ctx, message, counted);
    } else if (joiner == null) {
      ctx.write(message, counted);
    } else if (message.getClass() == DatagramPacket.class) {
      joiner.write(ctx, (DatagramPacket) message, counted);
    } else {
      joiner.writePending(ctx);
      ctx.write(message, counted);
    }
  }

  private ChannelPromise counted(Channel channel, ChannelPromise promise, int bytes) {
    if (!promise.isVoid()) {
      return new SendPromise(channel, tally, counts, promise, bytes);
    }
    return bytes <= neverTooLong ? unawaited : new SendPromise(channel, tally, counts, null, bytes);
  }

  private void writeEmpty(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    flush(ctx); // what was written before goes first
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

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (joiner != null) {
      joiner.writePending(ctx);
    }
    ctx.flush();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (joiner != null) {
      joiner.writePending(ctx);
    }
    ctx.close(promise);
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

  private static boolean isDatagram(Object message) {
    return message instanceof DatagramPacket || message instanceof ByteBuf;
  }
}
