package io.pipewright.testkit.fault;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What a {@link UdpFaultRelay} is to do. Not safe for use by several threads at once. */
public final class UdpFaultRelayBuilder {

  final InetSocketAddress server;
  DatagramFaults faults = DatagramFaults.none();
  long seed;
  int maxClients = 256;

  UdpFaultRelayBuilder(InetSocketAddress server) {
    this.server = server;
  }

  /** The faults of every client's datagrams; none unless told otherwise. */
  public UdpFaultRelayBuilder faults(DatagramFaults faults) {
    this.faults = faults;
    return this;
  }

  /** What all random numbers come from: 0 unless told otherwise, so that every run is alike. */
  public UdpFaultRelayBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** How many clients are served, 256 unless told otherwise; each has a socket to the server. */
  public UdpFaultRelayBuilder maxClients(int maxClients) {
    if (maxClients < 1) {
      throw new IllegalArgumentException("maxClients: must be 1 or more, not " + maxClients);
    }
    this.maxClients = maxClients;
    return this;
  }

  /**
   * Starts to receive.
   *
   * @return the running relay, to be closed by the caller
   * @throws IOException if it cannot
   */
  public UdpFaultRelay start() throws IOException {
    return new UdpFaultRelay(this);
  }
}
