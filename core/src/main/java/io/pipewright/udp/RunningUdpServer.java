package io.pipewright.udp;

import io.pipewright.RunningServer;
import io.pipewright.udp.batch.Batching;

/** A datagram server whose port is bound. It has no connections; its drain stops reading and sends what is written. */
public interface RunningUdpServer extends RunningServer {

  /** How many datagrams were dropped because they were larger than what is accepted. */
  long oversizedDatagrams();

  /**
   * What became of the datagrams, and where they were lost. Reads what the kernel tells in files, and so must not be called on an
   * event loop.
   */
  DatagramStats datagramStats();

  /** How datagrams are put together for system calls, and why so. */
  Batching batching();

  /** How many sockets share the port, each with an event loop of its own. */
  int shards();

  /** The kernel's buffers of each socket, as they were granted when it was bound. */
  SocketBuffers socketBuffers();
}
