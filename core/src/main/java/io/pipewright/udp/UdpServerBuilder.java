package io.pipewright.udp;

import io.netty.channel.Channel;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.HostPort;
import io.pipewright.log.Addresses;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of a {@link UdpServer}. Not thread-safe; may be used to start several servers. */
public final class UdpServerBuilder extends UdpBuilder<UdpServerBuilder> {

  private static final Logger log = LoggerFactory.getLogger(UdpServer.class);

  /** Least CPU a datagram, small or long, as measured: more leave the processor's cache. */
  private static final int DATAGRAMS_PER_READ = 32;

  private static final int MOST_SHARDS = 1_024;

  /** For UDP the kernel tunes nothing, and Linux's own 104 KiB are full after 277 small datagrams. It may grant less. */
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

  private String host = "127.0.0.1";
  private int port;
  private int shards = 1;

  UdpServerBuilder() {
    super(DATAGRAMS_PER_READ, true);
    receiveBufferBytes(RECEIVE_BUFFER_BYTES);
  }

  /**
   * The name or address to listen on. Default {@code 127.0.0.1}; {@code 0.0.0.0} is every IPv4 address.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @return this
   * @throws ConfigurationException if empty
   */
  public UdpServerBuilder host(String host) {
    this.host = checkedHost(host);
    return this;
  }

  /**
   * The port to listen on. Default 0: a free one.
   *
   * @param port 0 to 65,535
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpServerBuilder port(int port) {
    this.port = checkedPort(port, 0);
    return this;
  }

  /**
   * How many sockets share the port by {@code SO_REUSEPORT}, each served by an event loop of its own; so many loops are made. The
   * kernel spreads the peers over them, and keeps each with one, so that a peer's order holds. Handlers that pipelines share then
   * run on several threads. Default 1.
   *
   * <p>With more than one, another process of the same user may take part in the port, and gets a share of the peers.
   *
   * @param shards 1 to 1,024
   * @return this
   * @throws ConfigurationException if out of range; at the start if this system does not spread datagrams, or fewer loops were
   *     lent
   */
  public UdpServerBuilder shards(int shards) {
    if (shards < 1 || shards > MOST_SHARDS) {
      throw new ConfigurationException("shards", shards, "must be 1 to 1024, not " + shards);
    }
    this.shards = shards;
    return loops(shards);
  }

  /**
   * Listens. Returns when the port is bound; must not be called on an event loop.
   *
   * @return the server, to be closed by the caller
   * @throws BindFailedException if the port cannot be bound: which address, and why
   * @throws ConfigurationException if no pipeline was named, or the transport cannot do what was set
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningUdpServer start() {
    requirePipeline();
    EventLoops loops = obtainEventLoops();
    HostPort asked = new HostPort(host, port);
    try {
      ShardBinding.check(loops, shards);
      InetSocketAddress address = SocketErrors.resolve(host, port);
      ChannelSetup setup = channelSetup(loops, log);
      List<Channel> bound =
          new ShardBinding(loops, bootstrap(setup, address), asked).bind(address, shards);
      SocketBuffers buffers =
          SocketBuffers.of(bound.get(0), receiveBufferBytes(), sendBufferBytes());
      UdpListener server = new UdpListener(bound, setup, buffers, ownsEventLoops());
      report(server);
      return server;
    } catch (UnknownHostException e) {
      closeIfOwned(loops);
      throw SocketErrors.bindFailed(asked, e);
    } catch (RuntimeException e) {
      closeIfOwned(loops);
      throw e;
    }
  }

  /** What was settled for this machine, and why. */
  private static void report(RunningUdpServer server) {
    log.info(
        "{}: {}; {}; {}",
        Addresses.text(server.localAddress()),
        server.shards() == 1 ? "one socket" : server.shards() + " sockets by SO_REUSEPORT",
        server.socketBuffers().describe(),
        server.batching().describe());
  }

  private void closeIfOwned(EventLoops loops) {
    if (ownsEventLoops()) {
      loops.close();
    }
  }

  @Override
  protected UdpServerBuilder self() {
    return this;
  }
}
