package io.pipewright.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.address.UnixPath;
import io.pipewright.capture.Capture;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.proxy.ProxyWriting;
import io.pipewright.socket.ClientChannels;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.tls.ClientTls;
import io.pipewright.transport.EventLoops;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** Settings of a {@link TcpClient}. Not thread-safe; may be used to build several clients. */
public final class TcpClientBuilder extends TcpBuilder<TcpClientBuilder> {

  private static final Duration SHORTEST_ATTEMPT_DELAY = Duration.ofMillis(10);

  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration connectionAttemptDelay = Duration.ofMillis(250);
  private Endpoint server;
  private HostResolver resolver = HostResolver.JDK;
  private ClientTls tls;

  TcpClientBuilder() {
    loops(1); // one connection or a few: a thread a processor would be idle
  }

  /**
   * Whom to connect to, instead of {@link #host} and {@link #port}: for Unix domain sockets.
   *
   * @param server the server's address
   * @return this
   */
  public TcpClientBuilder server(Endpoint server) {
    this.server = Objects.requireNonNull(server, "server");
    return this;
  }

  /**
   * How long connecting may take in all: finding the addresses of the name and trying them. Default 10 s.
   *
   * @param connectTimeout more than nothing, 24 days at most
   * @return this
   * @throws ConfigurationException if out of range
   */
  public TcpClientBuilder connectTimeout(Duration connectTimeout) {
    if (connectTimeout.compareTo(Duration.ofMillis(1)) < 0
        || connectTimeout.compareTo(Duration.ofDays(24)) > 0) {
      throw new ConfigurationException(
          "connectTimeout", connectTimeout, "must be 1 ms to 24 days, not " + connectTimeout);
    }
    this.connectTimeout = connectTimeout;
    return this;
  }

  /**
   * How long an address of the name may leave a connection attempt unanswered before the next address is tried beside it
   * (RFC 8305, section 8). When an attempt fails the next begins at once. Default 250 ms.
   *
   * @param delay 10 ms to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public TcpClientBuilder connectionAttemptDelay(Duration delay) {
    if (delay.compareTo(SHORTEST_ATTEMPT_DELAY) < 0 || delay.compareTo(Duration.ofDays(24)) > 0) {
      throw new ConfigurationException(
          "connectionAttemptDelay", delay, "must be 10 ms to 24 days, not " + delay);
    }
    this.connectionAttemptDelay = delay;
    return this;
  }

  /**
   * Where the addresses of the host's name come from. Default {@link HostResolver#JDK}.
   *
   * @param resolver called once for each connection, on a thread that may block
   * @return this
   */
  public TcpClientBuilder resolver(HostResolver resolver) {
    this.resolver = Objects.requireNonNull(resolver, "resolver");
    return this;
  }

  /**
   * Encrypts the connections, and verifies the server by the host that is connected to. A connection is connected when its
   * handshake is done.
   *
   * @param tls whom to trust, and as whom to come
   * @return this
   */
  public TcpClientBuilder tls(ClientTls tls) {
    this.tls = Objects.requireNonNull(tls, "tls");
    return this;
  }

  /**
   * Records the connections of this client, in the clear, until the capture ends.
   *
   * @param capture a running capture; it stays the caller's to close
   * @return this
   */
  public TcpClientBuilder capture(Capture capture) {
    return protection(
        new Stage(Slot.CAPTURE, capture.name(), capture.toString(), capture::newHandler));
  }

  /** Who is connected to by a socket file is this machine. */
  private void protect(ClientTls chosen, Endpoint remote) {
    HostPort server = remote instanceof HostPort inet ? inet : new HostPort("localhost", 0);
    protection(new Stage(
        Slot.TLS, "tls", chosen.toString(), () -> chosen.newHandler(server.host(), server.port())));
  }

  /**
   * Writes a PROXY header in front of everything else of each connection. Default: none.
   *
   * @param header version, and for whom the client speaks
   * @return this
   */
  public TcpClientBuilder proxyProtocol(ProxyWriting header) {
    return protection(
        new Stage(Slot.PROXY, "proxy-protocol", header.toString(), header::newHandler));
  }

  /**
   * Builds the client, with event loops of its own unless some were lent. Opens no socket.
   *
   * @return the client, to be closed by the caller
   * @throws ConfigurationException if no pipeline or no port was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public TcpClient build() {
    Endpoint remote = server == null ? hostAndPort() : server;
    if (tls != null) {
      protect(tls, remote);
    }
    Pipeline pipeline = requirePipeline();
    if (remote instanceof HostPort inet && inet.port() == 0) {
      throw new ConfigurationException("port", 0, "name the server's port");
    }
    EventLoops loops = eventLoopsFor(List.of(remote));
    Bootstrap bootstrap = new Bootstrap()
        .group(loops.group())
        .channel(remote instanceof UnixPath ? loops.domainSocketChannel() : loops.socketChannel())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
        .handler(new ConnectionInitializer(
            new Connections(null, new Captures(pipeline, null)),
            handlersClose(),
            pipeline,
            LoggerFactory.getLogger(TcpClient.class),
            new ErrorCounts()));
    for (Map.Entry<ChannelOption<?>, Object> option : socketOptions(remote).entrySet()) {
      setOption(bootstrap, option.getKey(), option.getValue());
    }
    return new TcpClient(
        remote,
        resolver,
        connectTimeout,
        connectionAttemptDelay,
        bootstrap,
        new ClientChannels(loops, ownsEventLoops()));
  }

  @SuppressWarnings("unchecked")
  private static <T> void setOption(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.option(option, (T) value);
  }

  @Override
  protected TcpClientBuilder self() {
    return this;
  }
}
