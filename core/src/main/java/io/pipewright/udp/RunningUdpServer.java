package io.pipewright.udp;

import io.pipewright.RunningServer;

/** A datagram server whose port is bound. It has no connections; its drain stops reading and sends what is written. */
public interface RunningUdpServer extends RunningServer {

  /** How many datagrams were dropped because they were larger than what is accepted. */
  long oversizedDatagrams();
}
