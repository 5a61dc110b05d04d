package io.pipewright.udp.guard;

import java.util.Set;

/** Which source ports are refused, a bit each: one look for each datagram. */
final class PortRules {

  private static final int FIRST_UNPRIVILEGED = 1024;
  private static final int BITS = 6;

  private final long[] refused = new long[65_536 >> BITS];
  private final int own;

  /**
   * @param listed refused in any case
   * @param privileged whether ports below 1024 are refused
   * @param own the port that is listened on, or 0 if that is not to be refused
   */
  PortRules(Set<Integer> listed, boolean privileged, int own) {
    this.own = own;
    listed.forEach(this::refuse);
    if (privileged) {
      for (int port = 1; port < FIRST_UNPRIVILEGED; port++) {
        refuse(port);
      }
    }
    refuse(own);
    refuse(0);
  }

  private void refuse(int port) {
    refused[port >> BITS] |= 1L << port;
  }

  boolean refuses(int port) {
    return (refused[port >> BITS] & (1L << port)) != 0;
  }

  /** Why a port is refused that is. */
  Refusal why(int port) {
    if (port == 0) {
      return Refusal.SOURCE_PORT_ZERO;
    }
    if (port == own) {
      return Refusal.SOURCE_PORT_OWN;
    }
    return port < FIRST_UNPRIVILEGED ? Refusal.SOURCE_PORT_PRIVILEGED : Refusal.SOURCE_PORT_LISTED;
  }
}
