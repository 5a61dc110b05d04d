package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.pipewright.ConfigurationException;
import io.pipewright.socket.ClientChannels;
import io.pipewright.transport.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of a {@link UdpClient}. Not thread-safe; may be used to build several clients. */
public final class UdpClientBuilder extends UdpBuilder<UdpClientBuilder> {

  private static final Logger log = LoggerFactory.getLogger(UdpClient.class);

  /**
   * On a connected epoll socket Netty 4.2 takes an empty datagram for nothing at all, and drops it. It does not where it reads
   * several datagrams at once.
   */
  private static final int DATAGRAMS_PER_READ = 8;

  private String host;
  private int port;

  UdpClientBuilder() {
    super(DATAGRAMS_PER_READ, false);
  }

  /**
   * Fixes the peer: the sockets are connected to it.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @param port 1 to 65,535
   * @return this
   * @throws ConfigurationException if the host is empty or the port out of range
   */
  public UdpClientBuilder remote(String host, int port) {
    this.host = checkedHost(host);
    this.port = checkedPort(port, 1);
    return this;
  }

  /**
   * Builds the client, with an event loop of its own unless some were lent. Opens no socket, but for those of the self-check of
   * {@link #batch} on 127.0.0.1, once a process; must not be called on an event loop.
   *
   * @return the client, to be closed by the caller
   * @throws ConfigurationException if no pipeline was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public UdpClient build() {
    requirePipeline();
    EventLoops loops = obtainEventLoops();
    try {
      Bootstrap bootstrap = bootstrap(channelSetup(loops, log), null);
      return new UdpClient(bootstrap, host, port, new ClientChannels(loops, ownsEventLoops()));
    } catch (RuntimeException e) {
      if (ownsEventLoops()) {
        loops.close();
      }
      throw e;
    }
  }

  @Override
  protected UdpClientBuilder self() {
    return this;
  }
}
