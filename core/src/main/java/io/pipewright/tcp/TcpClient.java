package io.pipewright.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.address.UnixPath;
import io.pipewright.socket.ClientChannels;
import io.pipewright.socket.SocketErrors;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.tls.TlsFacts;
import io.pipewright.transport.EventLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Connects to one TCP server, as often as it is asked to, with one {@link io.pipewright.pipeline.Pipeline} for each
 * connection. Thread-safe.
 *
 * <p>Whoever built it closes it: that closes its connections, and the event loops that it made itself.
 */
public final class TcpClient implements AutoCloseable {

  private final Endpoint server;
  private final HostResolver resolver;
  private final Duration connectTimeout;
  private final Duration attemptDelay;
  private final Bootstrap bootstrap;
  private final ClientChannels open;

  TcpClient(
      Endpoint server,
      HostResolver resolver,
      Duration connectTimeout,
      Duration attemptDelay,
      Bootstrap bootstrap,
      ClientChannels open) {
    this.server = server;
    this.resolver = resolver;
    this.connectTimeout = connectTimeout;
    this.attemptDelay = attemptDelay;
    this.bootstrap = bootstrap;
    this.open = open;
  }

  /** A builder with every default. */
  public static TcpClientBuilder builder() {
    return new TcpClientBuilder();
  }

  /**
   * Connects and waits for it, for the connect timeout at most.
   *
   * @return the connection; closed by the caller, by its handlers, or with this client
   * @throws ConnectFailedException which host and port, and why
   * @throws IllegalStateException if called on one of the client's event loops, which it would block for ever
   */
  public Channel connect() {
    if (open.inEventLoop()) {
      throw new IllegalStateException(
          "connect() waits for the event loop that it was called on; use connectAsync()");
    }
    try {
      return connectAsync().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
  }

  /**
   * Connects. The name is resolved away from event loops; its addresses are tried as RFC 8305 says, IPv6 and IPv4 in turns:
   * the next one when the one before has failed or has not answered for the
   * {@linkplain TcpClientBuilder#connectionAttemptDelay attempt delay}. The first to connect is taken. With TLS its
   * handshake follows, which has a time limit of its own; another address is not tried when it fails.
   *
   * @return the connection, or failed with a {@link ConnectFailedException}; cancelling it gives up, and closes what is
   *     still connecting
   */
  public CompletableFuture<Channel> connectAsync() {
    CompletableFuture<Channel> winner =
        server instanceof HostPort inet ? race(inet) : connectTo((UnixPath) server);
    CompletableFuture<Channel> connected = new CompletableFuture<>();
    winner.whenComplete((channel, cause) -> {
      if (cause != null) {
        connected.completeExceptionally(SocketErrors.connectFailed(server, connectTimeout, cause));
        return;
      }
      open.add(channel);
      finishHandshake(channel, connected);
    });
    connected.whenComplete((channel, cause) -> winner.cancel(false));
    return connected;
  }

  private CompletableFuture<Channel> race(HostPort inet) {
    EventLoop loop = bootstrap.config().group().next();
    Bootstrap onLoop = bootstrap.clone(loop);
    AddressRace race = new AddressRace(
        loop,
        address -> onLoop.connect(new InetSocketAddress(address, inet.port())),
        attemptDelay,
        failures -> SocketErrors.connectFailed(server, connectTimeout, failures));
    return race.run(
        CompletableFuture.supplyAsync(() -> resolve(inet.host()), WaitingThreads.INSTANCE),
        connectTimeout);
  }

  /** A socket file is there or it is not: there is nothing to resolve and nothing to race. */
  private CompletableFuture<Channel> connectTo(UnixPath unix) {
    CompletableFuture<Channel> connected = new CompletableFuture<>();
    ChannelFuture connecting = bootstrap.connect(open.domainSocketAddress(unix.path()));
    if (connecting.isDone() && !connecting.isSuccess()) {
      return CompletableFuture.failedFuture(
          connecting.cause()); // loops that have ended call no listener
    }
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        connected.completeExceptionally(done.cause());
      } else if (!connected.complete(connecting.channel())) {
        connecting.channel().close();
      }
    });
    return connected;
  }

  /** With TLS a connection is connected when its handshake is done, and not before. */
  private void finishHandshake(Channel channel, CompletableFuture<Channel> connected) {
    TlsFacts.handshake(channel).whenComplete((ready, cause) -> {
      if (cause != null) {
        connected.completeExceptionally(SocketErrors.connectFailed(server, connectTimeout, cause));
      } else {
        connected.complete(ready);
      }
    });
    connected.whenComplete((ready, cause) -> {
      if (cause != null) {
        channel.close(); // nobody waits for it any more
      }
    });
  }

  private List<InetAddress> resolve(String host) {
    try {
      return List.copyOf(resolver.resolve(host)); // a resolver that gives nulls fails here, at once
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  /** Whom it connects to. */
  public Endpoint server() {
    return server;
  }

  /** What its connections run on; lend them to what works with these connections, and close that first. */
  public EventLoops eventLoops() {
    return open.eventLoops();
  }

  /** Whether the calling thread is one of the client's event loops, which must not wait for its connections. */
  public boolean inEventLoop() {
    return open.inEventLoop();
  }

  /** Closes the connections and then the event loops that this client made, and waits for both, for 5 s each at most. */
  @Override
  public void close() {
    open.close();
  }
}
