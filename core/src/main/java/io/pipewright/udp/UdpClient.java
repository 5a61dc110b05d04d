package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.HostPort;
import io.pipewright.socket.ClientChannels;
import io.pipewright.socket.SocketErrors;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * Opens datagram sockets on ephemeral ports, with or without a fixed peer. Thread-safe.
 *
 * <p>With a peer the socket is connected: only that peer's datagrams arrive, messages may be plain {@code ByteBuf}s, and the
 * peer's ICMP refusals reach the handlers as {@code exceptionCaught}. Without one, handlers write {@code DatagramPacket}s to
 * anybody, and hear anybody.
 */
public final class UdpClient implements AutoCloseable {

  private final Bootstrap bootstrap;
  private final String host;
  private final int port;
  private final ClientChannels open;

  UdpClient(Bootstrap bootstrap, String host, int port, ClientChannels open) {
    this.bootstrap = bootstrap;
    this.host = host;
    this.port = port;
    this.open = open;
  }

  /** A builder with every default. */
  public static UdpClientBuilder builder() {
    return new UdpClientBuilder();
  }

  /**
   * Opens a socket; must not be called on an event loop.
   *
   * @return the socket's channel; closed by the caller or with this client
   * @throws ConnectFailedException if the peer's name is unknown or there is no route to it
   */
  public Channel open() {
    ChannelFuture opened;
    try {
      if (host == null) {
        opened = bootstrap.bind(new InetSocketAddress(0));
      } else {
        SocketAddress peer = SocketErrors.resolve(host, port);
        opened = bootstrap.connect(peer);
      }
    } catch (UnknownHostException e) {
      throw SocketErrors.connectFailed(new HostPort(host, port), Duration.ZERO, e);
    }
    opened.awaitUninterruptibly();
    if (!opened.isSuccess()) {
      throw SocketErrors.connectFailed(
          new HostPort(host == null ? "0.0.0.0" : host, port), Duration.ZERO, opened.cause());
    }
    open.add(opened.channel());
    return opened.channel();
  }

  /** The transport that it uses, such as {@code epoll}. */
  public String transport() {
    return open.eventLoops().transport().toString();
  }

  /** Closes the sockets and then the event loops that this client made, and waits for both, for 5 s each at most. */
  @Override
  public void close() {
    open.close();
  }
}
