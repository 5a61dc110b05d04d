package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.ConnectFailedException;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Opens datagram sockets on ephemeral ports, with or without a fixed peer. Thread-safe.
 *
 * <p>With a peer the socket is connected: only that peer's datagrams arrive, messages may be plain {@code ByteBuf}s, and the
 * peer's ICMP refusals reach the handlers as {@code exceptionCaught}. Without one, handlers write {@code DatagramPacket}s to
 * anybody, and hear anybody.
 */
public final class UdpClient implements AutoCloseable {

  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final Bootstrap bootstrap;
  private final String host;
  private final int port;
  private final EventLoops loops;
  private final boolean ownsLoops;
  private final ChannelGroup open =
      new DefaultChannelGroup("sockets", GlobalEventExecutor.INSTANCE, true);

  UdpClient(Bootstrap bootstrap, String host, int port, EventLoops loops, boolean ownsLoops) {
    this.bootstrap = bootstrap;
    this.host = host;
    this.port = port;
    this.loops = loops;
    this.ownsLoops = ownsLoops;
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
      throw SocketErrors.connectFailed(host, port, Duration.ZERO, e);
    }
    opened.awaitUninterruptibly();
    if (!opened.isSuccess()) {
      throw SocketErrors.connectFailed(
          host == null ? "0.0.0.0" : host, port, Duration.ZERO, opened.cause());
    }
    open.add(opened.channel());
    return opened.channel();
  }

  /** Closes the sockets and then the event loops that this client made, and waits for both, for 5 s each at most. */
  @Override
  public void close() {
    var closed = open.close();
    if (!loops.inEventLoop()) {
      closed.awaitUninterruptibly(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    if (ownsLoops) {
      loops.close();
    }
  }
}
