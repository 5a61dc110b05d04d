package io.pipewright.testkit.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between TCP clients and a server, on loopback, and does to the bytes what bad networks do:
 * the same each time, for the same seed.
 *
 * <pre>{@code
 * try (TcpFaultProxy proxy = TcpFaultProxy.to(server.localAddress())
 *     .seed(42)
 *     .faults(Faults.both(stream -> stream.splitRandomly(3)))
 *     .start()) {
 *   // clients connect to proxy.port()
 * }
 * }</pre>
 *
 * <p>Without faults each byte goes through as it is, an end (FIN) is passed on as an end of that
 * direction, and a reset as a reset. One thing shows that it is there: it accepts before it has
 * connected to the server, so that a server's refusal comes as a reset.
 *
 * <p>Everything runs on one daemon thread with plain sockets. It holds at most 1 MiB a direction of
 * each connection; then the sender waits. {@link #close} closes every socket and ends the thread.
 * Safe for use by any thread.
 */
public final class TcpFaultProxy implements AutoCloseable {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int BACKLOG = 1024;
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);
  private static final Duration AWAIT_LIMIT = Duration.ofSeconds(10);

  private final SocketAddress server;
  private final long seed;
  private final int maxConnections;
  private final Loop loop;
  private final ServerSocketChannel listener;
  private final int port;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final List<ProxiedConnection> connections = new ArrayList<>(); // guarded by itself
  private final Set<Link> live = new HashSet<>(); // the loop's
  private int accepted; // the loop's
  private final AtomicInteger rejected = new AtomicInteger();
  private volatile FaultPlan plan;

  TcpFaultProxy(TcpFaultProxyBuilder builder) throws IOException {
    this.server = builder.server;
    this.seed = builder.seed;
    this.plan = builder.plan;
    this.maxConnections = builder.maxConnections;
    this.listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), builder.port), BACKLOG);
      this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      this.loop = new Loop("tcp-fault-proxy-" + port, this::closeAll);
      loop.register(listener, SelectionKey.OP_ACCEPT, this::accept);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    loop.start();
  }

  /**
   * A proxy in front of a server.
   *
   * @param server where the server listens: an {@link InetSocketAddress}, of which a wildcard address
   *     stands for loopback, or a {@link UnixDomainSocketAddress}
   */
  public static TcpFaultProxyBuilder to(SocketAddress server) {
    if (server instanceof InetSocketAddress inet
        && !inet.isUnresolved()
        && inet.getAddress().isAnyLocalAddress()) {
      return to(inet.getPort());
    }
    return new TcpFaultProxyBuilder(server);
  }

  /** A proxy in front of the server on this port of this machine. */
  public static TcpFaultProxyBuilder to(int port) {
    return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** The port of the loopback address that clients are to connect to. */
  public int port() {
    return port;
  }

  /** The address that clients are to connect to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Every connection so far, those that are closed too, in the order in which they came. */
  public List<ProxiedConnection> connections() {
    loop.settle();
    synchronized (connections) {
      return List.copyOf(connections);
    }
  }

  /** How many clients were reset because there were {@code maxConnections} already. */
  public int rejectedConnections() {
    loop.settle();
    return rejected.get();
  }

  /**
   * The n-th connection, waited for up to ten seconds: a client's connect returns before the proxy
   * has accepted it.
   *
   * @param number 1 for the first
   * @throws AssertionError if it does not come
   */
  public ProxiedConnection connection(int number) {
    long deadline = System.nanoTime() + AWAIT_LIMIT.toNanos();
    synchronized (connections) {
      while (connections.size() < number) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError(
              "connection " + number + " does not come; so far: " + connections);
        }
        waitForMore(left);
      }
      return connections.get(number - 1);
    }
  }

  private void waitForMore(long millis) {
    try {
      connections.wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The faults of every connection from the next on. */
  public void faults(Faults faults) {
    faults((connection, random) -> faults);
  }

  /** The faults of each connection from the next on. */
  public void faults(FaultPlan plan) {
    this.plan = plan;
  }

  private void accept(SelectionKey key) {
    SocketChannel client = null;
    try {
      client = listener.accept();
      if (client == null) {
        return;
      }
      if (live.size() >= maxConnections) {
        rejected.incrementAndGet();
        Link.resetOnClose(client);
        client.close();
        return;
      }
      open(client);
    } catch (IOException e) {
      if (client != null) {
        Link.closeQuietly(client);
      }
      pauseAccepting(
          key); // out of descriptors: asking again at once would be in vain, and for ever
    }
  }

  private void pauseAccepting(SelectionKey key) {
    key.interestOps(0);
    loop.at(
        System.nanoTime() + ACCEPT_PAUSE.toNanos(), () -> key.interestOps(SelectionKey.OP_ACCEPT));
  }

  private void open(SocketChannel client) throws IOException {
    SocketChannel upstream = server instanceof UnixDomainSocketAddress
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
    int number = accepted + 1;
    ProxiedConnection report;
    try {
      report = new ProxiedConnection(number, client.getRemoteAddress(), loop);
    } catch (IOException e) {
      upstream.close();
      throw e;
    }
    accepted = number;
    Optional<Faults> faults = faultsOf(number);
    Link link = new Link(
        loop, buffer, client, upstream, report, faults.orElse(Faults.none()), seed, live::remove);
    report.opens(link);
    live.add(link);
    synchronized (connections) {
      connections.add(report);
      connections.notifyAll();
    }
    if (faults.isPresent()) {
      link.open(server);
    } else {
      link.reset();
    }
  }

  /** Empty if the plan has thrown. */
  private Optional<Faults> faultsOf(int connection) {
    try {
      return Optional.of(plan.faultsOf(connection, Seeds.random(seed, connection)));
    } catch (RuntimeException e) {
      loop.failed(e);
      return Optional.empty();
    }
  }

  private void closeAll() {
    Link.closeQuietly(listener);
    List.copyOf(live).forEach(Link::close);
  }

  /**
   * Closes the listener and all connections, and ends the thread; returns when that is done.
   *
   * @throws IllegalStateException if the plan has thrown
   */
  @Override
  public void close() {
    loop.close();
  }
}
