package io.pipewright.testkit.fault;

import java.io.IOException;
import java.net.SocketAddress;

/** What a {@link TcpFaultProxy} is to do. Not safe for use by several threads at once. */
public final class TcpFaultProxyBuilder {

  final SocketAddress server;
  FaultPlan plan = (connection, random) -> Faults.none();
  long seed;
  int port;
  int maxConnections = 1024;

  TcpFaultProxyBuilder(SocketAddress server) {
    this.server = server;
  }

  /** The faults of every connection; none unless told otherwise. */
  public TcpFaultProxyBuilder faults(Faults faults) {
    return faults((connection, random) -> faults);
  }

  /** The faults of each connection. */
  public TcpFaultProxyBuilder faults(FaultPlan plan) {
    this.plan = plan;
    return this;
  }

  /** What all random numbers come from: 0 unless told otherwise, so that every run is alike. */
  public TcpFaultProxyBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** The port to listen on; 0, a free one, unless told otherwise. */
  public TcpFaultProxyBuilder port(int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: must be 0 to 65535, not " + port);
    }
    this.port = port;
    return this;
  }

  /** How many connections may be open at a time, 1024 unless told otherwise; more are reset. */
  public TcpFaultProxyBuilder maxConnections(int maxConnections) {
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "maxConnections: must be 1 or more, not " + maxConnections);
    }
    this.maxConnections = maxConnections;
    return this;
  }

  /**
   * Starts to listen.
   *
   * @return the running proxy, to be closed by the caller
   * @throws IOException if it cannot listen
   */
  public TcpFaultProxy start() throws IOException {
    return new TcpFaultProxy(this);
  }
}
