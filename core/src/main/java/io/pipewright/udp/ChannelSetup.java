package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketProtocolFamily;
import io.pipewright.log.BoundedLog;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.socket.UnhandledErrors;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.udp.batch.Batching;
import io.pipewright.udp.batch.ReceiveBuffers;
import io.pipewright.udp.batch.SegmentJoiner;
import io.pipewright.udp.multicast.Memberships;
import io.pipewright.udp.multicast.MulticastSending;
import io.pipewright.udp.option.IpOptions;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.slf4j.Logger;

/**
 * How the channels of one server, or one client, are made: their sockets, their memory, the handlers around the pipeline.
 *
 * @param batching as it was settled for these loops
 * @param counts what all of the channels count in
 * @param maxDatagramBytes the largest datagram that is accepted
 */
record ChannelSetup(
    EventLoops loops,
    Pipeline pipeline,
    Batching batching,
    IpOptions ip,
    MulticastSending multicast,
    DatagramCounts counts,
    ErrorCounts errors,
    int maxDatagramBytes,
    Logger logger) {

  private static final int LINES_PER_SECOND = 1;

  /** A batch of answers is flushed as one: Netty's 64 KiB would cut one of 64 datagrams as long as Ethernet takes in two. */
  private static final WriteBufferWaterMark UNSENT =
      new WriteBufferWaterMark(128 * 1024, 256 * 1024);

  /**
   * A bootstrap for sockets of one family.
   *
   * @param address what they are bound to, which tells the family; {@code null} for the one that the system prefers
   */
  Bootstrap bootstrap(InetSocketAddress address) {
    SocketProtocolFamily family = family(address == null ? null : address.getAddress());
    BoundedLog log = BoundedLog.of(logger, LINES_PER_SECOND);
    return new Bootstrap()
        .group(loops.group())
        .channelFactory(() -> newChannel(family))
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            install(channel, log);
          }
        });
  }

  /** An IPv4 socket costs less, and hears nobody over IPv6 who was not asked for. */
  private static SocketProtocolFamily family(InetAddress address) {
    return address instanceof Inet4Address ? SocketProtocolFamily.INET : null;
  }

  private Channel newChannel(SocketProtocolFamily family) {
    Channel channel = EmptyDatagrams.newChannel(loops, family);
    try {
      ip.applyTo(channel, family == null, loops.transport());
      Memberships.onlyJoined(channel, family == null, loops.transport());
      multicast.applyTo(channel, family == null, loops.transport());
      return channel;
    } catch (RuntimeException e) {
      channel.unsafe().closeForcibly();
      throw e;
    }
  }

  private void install(Channel channel, BoundedLog log) {
    ReceiveBuffers buffers = receiveInto(channel);
    SegmentJoiner joiner =
        batching.sendsBursts() ? new SegmentJoiner(logger, counts::resent) : null;
    channel.pipeline().addLast(DatagramGuard.NAME, new DatagramGuard(this, log, buffers, joiner));
    pipeline.install(channel.pipeline());
    channel.pipeline().addLast(UnhandledErrors.NAME, new UnhandledErrors(logger, errors));
  }

  /** One byte more than is accepted: what fills it was longer, and nothing else would tell. */
  private ReceiveBuffers receiveInto(Channel channel) {
    int datagramBytes = maxDatagramBytes + 1;
    if (!Batching.reusesBuffers(loops.transport())) {
      channel
          .config()
          .setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(datagramBytes));
      return null;
    }
    ReceiveBuffers buffers = batching.newBuffers(datagramBytes);
    batching.applyTo(channel, buffers);
    return buffers;
  }

  /** io_uring alone sends empty datagrams as it should. */
  boolean sendsEmptyByHand() {
    return loops.transport() != Transport.IO_URING;
  }
}
