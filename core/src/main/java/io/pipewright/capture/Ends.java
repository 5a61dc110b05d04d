package io.pipewright.capture;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a packet comes from and where it goes.
 *
 * @param source has an IP address
 * @param destination has an IP address
 */
record Ends(InetSocketAddress source, InetSocketAddress destination) {

  /** The port of this end of what has no ports: reserved, and no service of its own. */
  private static final int OWN_PORT = 1;

  private static final int FIRST_PEER_PORT = 1_024;
  private static final int LAST_PEER_PORT = 65_535;
  private static final AtomicInteger lastPeer = new AtomicInteger();

  /**
   * The peer's direction. A peer without an IP address, such as one on a Unix domain socket, is given a loopback address and a
   * port that differs from other such peers', and so is what it is connected to.
   */
  static Ends ofPeer(SocketAddress peer, SocketAddress own) {
    if (hasIp(peer) && hasIp(own)) {
      return new Ends((InetSocketAddress) peer, (InetSocketAddress) own);
    }
    int turn = Math.floorMod(lastPeer.getAndIncrement(), LAST_PEER_PORT - FIRST_PEER_PORT + 1);
    return new Ends(loopback(FIRST_PEER_PORT + turn), loopback(OWN_PORT));
  }

  static boolean hasIp(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null;
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  Ends reversed() {
    return new Ends(destination, source);
  }
}
