package io.pipewright.udp;

/**
 * A UDP server: a socket, or several that share a port, whose datagrams pass one {@link io.pipewright.pipeline.Pipeline}.
 *
 * <p>Handlers get Netty's {@code DatagramPacket}, release it, and answer by writing one with the sender as its recipient.
 */
public final class UdpServer {

  private UdpServer() {}

  /** A builder with every default: listens on 127.0.0.1 and a free port. */
  public static UdpServerBuilder builder() {
    return new UdpServerBuilder();
  }
}
