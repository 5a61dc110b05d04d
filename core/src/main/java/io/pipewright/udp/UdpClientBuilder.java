package io.pipewright.udp;

import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of a {@link UdpClient}. Not thread-safe; may be used to build several clients. */
public final class UdpClientBuilder extends UdpBuilder<UdpClientBuilder> {

  private static final Logger log = LoggerFactory.getLogger(UdpClient.class);

  private String host;
  private int port;

  UdpClientBuilder() {}

  /**
   * Fixes the peer: the sockets are connected to it.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @param port 1 to 65,535
   * @return this
   * @throws ConfigurationException if the host is empty or the port out of range
   */
  public UdpClientBuilder remote(String host, int port) {
    if (host == null || host.isBlank()) {
      throw new ConfigurationException("host", host, "must be a name or an address");
    }
    if (port < 1 || port > 65_535) {
      throw new ConfigurationException("port", port, "must be 1 to 65535, not " + port);
    }
    this.host = host;
    this.port = port;
    return this;
  }

  /**
   * Builds the client, with an event loop of its own unless some were lent. Opens no socket.
   *
   * @return the client, to be closed by the caller
   * @throws ConfigurationException if no pipeline was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public UdpClient build() {
    Pipeline pipeline = requirePipeline();
    EventLoops loops = obtainEventLoops();
    return new UdpClient(
        bootstrap(loops, pipeline, newGuard(loops, log), log), host, port, loops, ownsEventLoops());
  }

  @Override
  protected UdpClientBuilder self() {
    return this;
  }
}
