package io.pipewright.udp;

import io.pipewright.RunningServer;
import io.pipewright.udp.batch.Batching;
import io.pipewright.udp.multicast.JoinFailedException;
import io.pipewright.udp.multicast.Membership;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A datagram server whose port is bound. Its connections are its sessions; without them it has none. Its drain stops reading and
 * sends what is written; sessions end as connections do, the idle at once, the busy when they are done.
 */
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

  /**
   * Joins a group, on the first of the sockets: with several that share the port, each would get a copy. What is joined already stays
   * so.
   *
   * @param group the interface is chosen where none is named
   * @return completed on an event loop: with what was joined, on which interface, or with {@link JoinFailedException}
   * @throws io.pipewright.ConfigurationException if the transport does no multicast
   */
  CompletableFuture<Membership> join(Membership group);

  /**
   * Leaves a group that was joined with the same source, on the same interface. What is not joined stays so.
   *
   * @return completed on an event loop: with what was left, or with {@link JoinFailedException}
   */
  CompletableFuture<Membership> leave(Membership group);

  /**
   * The groups that are joined now.
   *
   * @return completed on an event loop
   */
  CompletableFuture<Set<Membership>> memberships();
}
