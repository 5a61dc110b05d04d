package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.AttributeKey;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Sends empty datagrams past Netty 4.2, which on epoll, kqueue and NIO passes over them and reports success: straight to the
 * socket beneath a channel.
 *
 * <p>For NIO that is the JDK's channel, which Netty keeps to itself; so it is made here. The JDK sends nothing empty on a socket
 * that is connected: there it is an error.
 */
final class EmptyDatagrams {

  private static final AttributeKey<DatagramChannel> JDK_CHANNEL =
      AttributeKey.valueOf(EmptyDatagrams.class, "jdkChannel");
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private EmptyDatagrams() {}

  /**
   * A channel whose socket {@link #send} can reach.
   *
   * @param family of the socket; {@code null} for the one that the system prefers
   * @throws ChannelException if the system gives no socket
   */
  static Channel newChannel(EventLoops loops, SocketProtocolFamily family) {
    return loops.transport() == Transport.NIO
        ? newNioChannel(family)
        : loops.newDatagramChannel(family);
  }

  private static Channel newNioChannel(SocketProtocolFamily family) {
    try {
      DatagramChannel socket =
          family == null ? DatagramChannel.open() : DatagramChannel.open(family.toJdkFamily());
      Channel channel = new NioDatagramChannel(socket);
      channel.attr(JDK_CHANNEL).set(socket);
      return channel;
    } catch (IOException e) {
      throw new ChannelException(e);
    }
  }

  /** Sends one at once, on the channel's event loop. That a full send buffer takes none is not seen on NIO. */
  static void send(Channel channel, InetSocketAddress recipient) throws IOException {
    DatagramChannel nio =
        channel.hasAttr(JDK_CHANNEL) ? channel.attr(JDK_CHANNEL).get() : null;
    if (nio != null) {
      sendByNio(nio, recipient);
    } else if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
      socket.sendTo(NOTHING, 0, 0, recipient.getAddress(), recipient.getPort());
    } else {
      throw new IOException(channel.getClass().getSimpleName() + " cannot send empty datagrams");
    }
  }

  private static void sendByNio(DatagramChannel socket, InetSocketAddress recipient)
      throws IOException {
    if (socket.isConnected()) {
      throw new IOException("the nio transport cannot send an empty datagram to a fixed peer");
    }
    socket.send(NOTHING.duplicate(), recipient);
  }
}
