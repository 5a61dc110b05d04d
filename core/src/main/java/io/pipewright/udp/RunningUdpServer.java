package io.pipewright.udp;

import io.pipewright.RunningServer;

/**
 * A datagram server whose port is bound. Its connections are its sessions; without them it has none. Its drain stops reading and
 * sends what is written; sessions end as connections do, the idle at once, the busy when they are done.
 */
public interface RunningUdpServer extends RunningServer {

  /** How many datagrams were dropped because they were larger than what is accepted. */
  long oversizedDatagrams();
}
