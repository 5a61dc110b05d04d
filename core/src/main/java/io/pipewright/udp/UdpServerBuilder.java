package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.HostPort;
import io.pipewright.log.Addresses;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import io.pipewright.udp.multicast.JoinFailedException;
import io.pipewright.udp.multicast.Membership;
import io.pipewright.udp.multicast.Memberships;
import io.pipewright.udp.session.SessionCounts;
import io.pipewright.udp.session.SessionPolicy;
import io.pipewright.udp.session.Sessions;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
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
  private boolean reuseAddress;
  private final List<Membership> memberships = new ArrayList<>();
  private SessionPolicy sessions;
  private final Map<String, Stage> protections = new LinkedHashMap<>();

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
   * Groups that are joined when the port is bound; more can be joined, and left, while the server runs. Bind to {@code 0.0.0.0} (IPv4)
   * or {@code ::} to hear them: a socket that is bound to one address of this machine hears only what is sent to that. Of all groups,
   * the server hears those that it has joined, whatever other programs of this machine have joined.
   *
   * @param groups more of them
   * @return this
   */
  public UdpServerBuilder join(Membership... groups) {
    memberships.addAll(List.of(groups));
    return this;
  }

  /**
   * {@code SO_REUSEADDR}: whether other sockets of this machine that say so too may have the same port, as those that listen to a
   * well-known group's port must. Each of them hears what is sent to groups and by broadcast; what is sent to one host, only one of them
   * hears. Default false.
   *
   * @return this
   */
  public UdpServerBuilder reuseAddress(boolean reuseAddress) {
    this.reuseAddress = reuseAddress;
    return this;
  }

  /**
   * Adds a handler that sees every datagram of the sockets before {@link #pipeline} does, or replaces the one of the same name: a
   * protection belongs to the socket, and one pipeline serves with it and without.
   *
   * @param protection whose handlers pass on what is a {@code DatagramPacket}, or release and count it
   * @return this
   */
  public UdpServerBuilder protection(Stage protection) {
    protections.put(protection.name(), protection);
    return this;
  }

  /**
   * Gives every remote address a channel of its own, a session, whose pipeline is {@link #pipeline}: one that a TCP service uses
   * does, with framing and text if it has them. Its handlers read and write {@code ByteBuf}s, a datagram each; {@code
   * remoteAddress()} is the peer. To be called before {@link #pipeline}.
   *
   * <p>Frames do not go on from one datagram to the next: the end of a datagram ends a line or what else a delimiter ends; a
   * datagram that ends within a frame of a given length ends the session.
   *
   * @param policy how many sessions each socket has, and until when
   * @return this
   */
  public UdpServerBuilder sessions(SessionPolicy policy) {
    this.sessions = Objects.requireNonNull(policy, "policy");
    return this;
  }

  @Override
  boolean givesEachPeerAChannel() {
    return sessions != null;
  }

  /** What stands in the sockets' own pipelines. */
  @Override
  Pipeline socketPipeline(DatagramCounts counts) {
    Pipeline whole = requirePipeline();
    if (sessions != null) {
      whole = Pipeline.builder().build().with(sessionStage(whole, counts.sessions()));
    }
    for (Stage protection : protections.values()) {
      whole = whole.with(protection);
    }
    return whole;
  }

  private Stage sessionStage(Pipeline each, SessionCounts counts) {
    SessionPolicy policy = sessions;
    return new Stage(
        Slot.HANDLER,
        Sessions.NAME,
        "a channel for each peer",
        () -> Sessions.newHandler(policy, each, counts, log));
  }

  /**
   * Listens. Returns when the port is bound; must not be called on an event loop.
   *
   * @return the server, to be closed by the caller
   * @throws BindFailedException if the port cannot be bound: which address, and why
   * @throws ConfigurationException if no pipeline was named, or the transport cannot do what was set
   * @throws io.pipewright.udp.multicast.JoinFailedException if a group cannot be joined
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningUdpServer start() {
    requirePipeline();
    EventLoops loops = obtainEventLoops();
    HostPort asked = new HostPort(host, port);
    try {
      ShardBinding.check(loops, shards);
      InetSocketAddress address = SocketErrors.resolve(host, port);
      memberships.forEach(group -> Memberships.check(loops.transport(), group));
      ChannelSetup setup = channelSetup(loops, log);
      List<Channel> bound =
          new ShardBinding(loops, serverBootstrap(setup, address), asked).bind(address, shards);
      SocketBuffers buffers =
          SocketBuffers.of(bound.get(0), receiveBufferBytes(), sendBufferBytes());
      UdpListener server = new UdpListener(bound, setup, buffers, ownsEventLoops());
      joinAll(server);
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

  private Bootstrap serverBootstrap(ChannelSetup setup, InetSocketAddress address) {
    Bootstrap bootstrap = bootstrap(setup, address);
    return reuseAddress ? bootstrap.option(ChannelOption.SO_REUSEADDR, true) : bootstrap;
  }

  private void joinAll(UdpListener server) {
    try {
      memberships.forEach(group -> server.join(group).join());
    } catch (CompletionException e) {
      server.close();
      throw e.getCause() instanceof JoinFailedException failed ? failed : e;
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
