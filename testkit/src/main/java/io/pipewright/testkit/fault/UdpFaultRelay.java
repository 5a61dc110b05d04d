package io.pipewright.testkit.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between UDP clients and a server, on loopback, and does to datagrams what bad networks do:
 * the same each time, for the same seed. Each client gets a socket of its own to the server, so that
 * the server tells clients apart and replies find their way back.
 *
 * <pre>{@code
 * try (UdpFaultRelay relay = UdpFaultRelay.to(server.port())
 *     .seed(42)
 *     .faults(DatagramFaults.toServer(datagrams -> datagrams.drop(0.1)))
 *     .start()) {
 *   // clients send to relay.address()
 * }
 * }</pre>
 *
 * <p>Everything runs on one daemon thread with plain sockets. The luck of a client's n-th datagram
 * depends on the seed, on which client it was to come, on the direction and on n. Before the relay
 * sees a datagram the kernel may lose it, if it comes faster than it is taken; {@link #counts} tells.
 * {@link #close} closes every socket and ends the thread; what was waiting is gone. Safe for use by any
 * thread.
 */
public final class UdpFaultRelay implements AutoCloseable {

  private static final int MAX_DATAGRAM_BYTES = 65_536;
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;

  /** Datagrams of one socket in one turn, before others get theirs. */
  private static final int MAX_READS = 64;

  private record Client(DatagramFlow toServer, DatagramFlow toClient) {}

  private final InetSocketAddress server;
  private final long seed;
  private final int maxClients;
  private final Loop loop;
  private final DatagramChannel front;
  private final InetSocketAddress address;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
  private final Map<SocketAddress, Client> clients = new HashMap<>(); // the loop's
  private final List<DatagramChannel> backs = new ArrayList<>(); // the loop's
  private final Tally toServer = new Tally();
  private final Tally toClient = new Tally();
  private final AtomicLong rejected = new AtomicLong();
  private volatile DatagramFaults faults;

  UdpFaultRelay(UdpFaultRelayBuilder builder) throws IOException {
    this.server = builder.server;
    this.seed = builder.seed;
    this.faults = builder.faults;
    this.maxClients = builder.maxClients;
    this.front = DatagramChannel.open();
    try {
      front.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
      front.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      this.address = (InetSocketAddress) front.getLocalAddress();
      this.loop = new Loop("udp-fault-relay-" + address.getPort(), this::closeAll);
      loop.register(front, SelectionKey.OP_READ, key -> fromClients());
    } catch (IOException e) {
      front.close();
      throw e;
    }
    loop.start();
  }

  /** A relay in front of a server; a wildcard address stands for loopback. */
  public static UdpFaultRelayBuilder to(InetSocketAddress server) {
    return server.getAddress().isAnyLocalAddress()
        ? to(server.getPort())
        : new UdpFaultRelayBuilder(server);
  }

  /** A relay in front of the server on this port of this machine. */
  public static UdpFaultRelayBuilder to(int port) {
    return new UdpFaultRelayBuilder(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** The address that clients are to send to. */
  public InetSocketAddress address() {
    return address;
  }

  /** The port of the loopback address that clients are to send to. */
  public int port() {
    return address.getPort();
  }

  /** Other faults for the datagrams that come from now on. */
  public void faults(DatagramFaults faults) {
    this.faults = faults;
  }

  /** What was done so far in one direction; what a peer has received is counted already. */
  public DatagramCounts counts(Direction direction) {
    loop.settle();
    return (direction == Direction.TO_SERVER ? toServer : toClient).snapshot();
  }

  /** How many datagrams were thrown away because they came from more than {@code maxClients}. */
  public long rejectedDatagrams() {
    loop.settle();
    return rejected.get();
  }

  private void fromClients() throws IOException {
    for (int reads = 0; reads < MAX_READS; reads++) {
      SocketAddress from = front.receive(buffer.clear());
      if (from == null) {
        return;
      }
      Client client = clients.get(from);
      if (client == null && clients.size() < maxClients) {
        client = open(from);
        clients.put(from, client);
      }
      if (client == null) {
        rejected.incrementAndGet();
      } else {
        client.toServer().take(buffer.flip(), faults.of(Direction.TO_SERVER));
      }
    }
  }

  private Client open(SocketAddress from) throws IOException {
    DatagramChannel back = DatagramChannel.open();
    backs.add(back);
    back.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    back.bind(null);
    int number = clients.size() + 1;
    // sockets are not connected: a connected one sends no empty datagram
    Client client = new Client(
        new DatagramFlow(
            loop, toServer, Seeds.random(seed, number, 1), bytes -> back.send(bytes, server)),
        new DatagramFlow(
            loop, toClient, Seeds.random(seed, number, 2), bytes -> front.send(bytes, from)));
    loop.register(back, SelectionKey.OP_READ, key -> fromServer(back, client));
    return client;
  }

  private void fromServer(DatagramChannel back, Client client) throws IOException {
    for (int reads = 0; reads < MAX_READS; reads++) {
      SocketAddress from = back.receive(buffer.clear());
      if (from == null) {
        return;
      }
      if (from.equals(server)) { // else a stranger's
        client.toClient().take(buffer.flip(), faults.of(Direction.TO_CLIENT));
      }
    }
  }

  private void closeAll() {
    Link.closeQuietly(front);
    backs.forEach(Link::closeQuietly);
  }

  /**
   * Closes all sockets and ends the thread; returns when that is done.
   *
   * @throws IllegalStateException if a socket has failed
   */
  @Override
  public void close() {
    loop.close();
  }
}
