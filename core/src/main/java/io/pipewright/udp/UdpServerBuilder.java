package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.HostPort;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import io.pipewright.udp.session.SessionCounts;
import io.pipewright.udp.session.SessionPolicy;
import io.pipewright.udp.session.Sessions;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of a {@link UdpServer}. Not thread-safe; may be used to start several servers. */
public final class UdpServerBuilder extends UdpBuilder<UdpServerBuilder> {

  private static final Logger log = LoggerFactory.getLogger(UdpServer.class);

  private String host = "127.0.0.1";
  private int port;
  private SessionPolicy sessions;
  private final Map<String, Stage> protections = new LinkedHashMap<>();

  UdpServerBuilder() {}

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
  private Pipeline socketPipeline(DatagramCounts counts) {
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
   * @throws ConfigurationException if no pipeline was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningUdpServer start() {
    requirePipeline();
    EventLoops loops = obtainEventLoops();
    try {
      DatagramGuard guard = newGuard(loops, log);
      Bootstrap bootstrap = bootstrap(loops, socketPipeline(guard.counts()), guard, log);
      ChannelFuture bound = bootstrap.bind(SocketErrors.resolve(host, port)).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw SocketErrors.bindFailed(new HostPort(host, port), bound.cause());
      }
      return new UdpListener(bound.channel(), guard, loops, ownsEventLoops());
    } catch (UnknownHostException e) {
      closeIfOwned(loops);
      throw SocketErrors.bindFailed(new HostPort(host, port), e);
    } catch (RuntimeException e) {
      closeIfOwned(loops);
      throw e;
    }
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
