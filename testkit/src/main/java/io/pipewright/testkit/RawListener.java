package io.pipewright.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;

/**
 * A listening socket that gives each client as a {@link RawPeer}: the other side of a test of one's
 * own client. To be used by one thread at a time; {@link #close} closes the socket, and not the peers.
 */
public final class RawListener implements AutoCloseable {

  private final ServerSocketChannel channel;
  private final Selector selector;
  private final SocketAddress address;

  private RawListener(ServerSocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.address = channel.getLocalAddress();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** Listens on a free port of the loopback address. */
  public static RawListener open() throws IOException {
    return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /**
   * Listens on an address.
   *
   * @param address an {@link InetSocketAddress}, or a {@link UnixDomainSocketAddress}, whose file is
   *     deleted by {@link #close}
   * @throws IOException if the address is taken
   */
  public static RawListener open(SocketAddress address) throws IOException {
    ServerSocketChannel channel = address instanceof UnixDomainSocketAddress
        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        : ServerSocketChannel.open();
    Selector selector = null;
    try {
      selector = Selector.open();
      channel.bind(address);
      return new RawListener(channel, selector);
    } catch (IOException e) {
      channel.close();
      if (selector != null) {
        selector.close();
      }
      throw e;
    }
  }

  /** Where it listens. */
  public SocketAddress address() {
    return address;
  }

  /** The TCP port on which it listens. */
  public int port() {
    return ((InetSocketAddress) address).getPort();
  }

  /** Waits for a client, at most {@link RawPeer#DEFAULT_LIMIT}. */
  public RawPeer accept() throws IOException {
    return accept(RawPeer.DEFAULT_LIMIT);
  }

  /**
   * Waits for a client.
   *
   * @return the client, to be closed by the caller
   * @throws AssertionError if none comes in time
   */
  public RawPeer accept(Duration atMost) throws IOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    SocketChannel client = channel.accept();
    while (client == null) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError("no client within " + atMost.toMillis() + " ms at " + address);
      }
      selector.select(Duration.ofNanos(left).toMillis() + 1);
      selector.selectedKeys().clear();
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted");
      }
      client = channel.accept();
    }
    return RawPeer.of(client);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
    if (address instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
    }
  }
}
