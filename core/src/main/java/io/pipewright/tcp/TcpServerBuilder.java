package io.pipewright.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.address.UnixPath;
import io.pipewright.admission.Admission;
import io.pipewright.capture.CaptureBuilder;
import io.pipewright.kernel.ReusePort;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.proxy.ProxyHeader;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.tls.ServerTls;
import io.pipewright.transport.EventLoops;
import io.pipewright.watchdog.LoopWatchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.LoggerFactory;

/** Settings of a {@link TcpServer}. Not thread-safe; may be used to start several servers. */
public final class TcpServerBuilder extends TcpBuilder<TcpServerBuilder> {

  private static final Duration LONGEST_DRAIN_DELAY = Duration.ofDays(24);

  private int backlog = 1024;
  private boolean reuseAddress = true;
  private boolean reusePort;
  private Duration drainDelay = Duration.ZERO;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private Admission admission;
  private ProxyProtocol proxyProtocol;
  private CaptureBuilder capture;

  private LoopWatchdog watchdog =
      LoopWatchdog.builder().limit(Duration.ofSeconds(2)).build();

  TcpServerBuilder() {}

  /**
   * How many connections may wait to be accepted. Default 1024; the kernel caps it ({@code net.core.somaxconn} on Linux).
   *
   * @param connections 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public TcpServerBuilder backlog(int connections) {
    if (connections < 1) {
      throw new ConfigurationException(
          "backlog", connections, "must be 1 or more, not " + connections);
    }
    this.backlog = connections;
    return this;
  }

  /**
   * {@code SO_REUSEADDR}: whether a restarted server may listen while old connections are in TIME_WAIT. Default true.
   *
   * @param reuseAddress on or off
   * @return this
   */
  public TcpServerBuilder reuseAddress(boolean reuseAddress) {
    this.reuseAddress = reuseAddress;
    return this;
  }

  /**
   * Encrypts the connections. The caller closes it, after the server.
   *
   * @param tls certificates, and who may connect
   * @return this
   */
  public TcpServerBuilder tls(ServerTls tls) {
    return protection(new Stage(Slot.TLS, "tls", tls.toString(), tls::newHandler));
  }

  /**
   * Listens on these addresses, each with the same pipeline, instead of on {@link #host} and {@link #port}.
   *
   * <p>A Unix domain socket's file is made with the rights that the process's umask leaves, and removed when the listener
   * closes; one that a killed server left behind is taken over.
   *
   * @param first an address
   * @param more other addresses
   * @return this
   */
  public TcpServerBuilder listen(Endpoint first, Endpoint... more) {
    endpoints.clear();
    endpoints.add(Objects.requireNonNull(first, "first"));
    endpoints.addAll(List.of(more));
    return this;
  }

  /**
   * Whom to take: limits and networks, which may change while the server runs. It may be shared with other servers, and so are
   * its limits then. Default: everybody, counted for each server by itself.
   *
   * @param admission judges each connection when it is accepted
   * @return this
   */
  public TcpServerBuilder admission(Admission admission) {
    this.admission = Objects.requireNonNull(admission, "admission");
    return this;
  }

  /**
   * Records the connections in the clear, from the start of the server until it has stopped or the capture reaches its bounds.
   * The file is made by {@code start}, and removed if that fails. {@link RunningTcpServer#capture} begins one later.
   *
   * @param capture settings with a file; the server closes what it starts with them
   * @return this
   */
  public TcpServerBuilder capture(CaptureBuilder capture) {
    this.capture = Objects.requireNonNull(capture, "capture");
    return this;
  }

  /**
   * {@code SO_REUSEPORT}: whether other processes of the same user may listen on the same port with this option, so that a new
   * version can start before the old one drains. The kernel spreads new connections over them. A drain first sends new ones to
   * the other process (on io_uring and epoll on Linux; elsewhere a few may be reset) and serves what is on its way here.
   * Default false.
   *
   * @param reusePort on or off
   * @return this
   */
  public TcpServerBuilder reusePort(boolean reusePort) {
    this.reusePort = reusePort;
    return this;
  }

  /**
   * How long a drain goes on accepting after {@link io.pipewright.RunningServer#isReady()} has turned false, so that load
   * balancers notice before clients are refused. The grace begins after it. Default none.
   *
   * @param drainDelay {@link Duration#ZERO} to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public TcpServerBuilder drainDelay(Duration drainDelay) {
    if (drainDelay.isNegative() || drainDelay.compareTo(LONGEST_DRAIN_DELAY) > 0) {
      throw new ConfigurationException(
          "drainDelay", drainDelay, "must be 0 to 24 days, not " + drainDelay);
    }
    this.drainDelay = drainDelay;
    return this;
  }

  /**
   * Reads for whom a proxy speaks before anything else of a connection, so that handlers and {@link #admission} see the client's
   * address. Connections of trusted proxies count in all and in the rate when they are accepted, and for their client once that
   * is known. Default: nobody is believed.
   *
   * @param proxyProtocol whom to believe
   * @return this
   */
  public TcpServerBuilder proxyProtocol(ProxyProtocol proxyProtocol) {
    this.proxyProtocol = Objects.requireNonNull(proxyProtocol, "proxyProtocol");
    return this;
  }

  /**
   * Logs which handler holds up an event loop that serves connections for longer than this, and whose connection it serves.
   * Default 2 s; it costs two stores a read, and while there are connections one task a loop and second.
   *
   * @param limit 10 ms or more; {@link Duration#ZERO} for no watchdog
   * @return this
   * @throws ConfigurationException if in between or negative
   */
  public TcpServerBuilder watchdog(Duration limit) {
    this.watchdog = limit.isZero() ? null : LoopWatchdog.builder().limit(limit).build();
    return this;
  }

  /**
   * As {@link #watchdog(Duration)}, with a watchdog that may tell somebody else, too, and watch several servers.
   *
   * @param watchdog watches the event loops of this server while they serve connections
   * @return this
   */
  public TcpServerBuilder watchdog(LoopWatchdog watchdog) {
    this.watchdog = Objects.requireNonNull(watchdog, "watchdog");
    return this;
  }

  /**
   * Listens. Returns when every address is bound.
   *
   * @return the server, to be closed by the caller
   * @throws BindFailedException if an address cannot be bound: which, and why; none is bound then
   * @throws ConfigurationException if no pipeline was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningTcpServer start() {
    try {
      return startAsync().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
  }

  /**
   * As {@link #start()}, without waiting; the settings are checked before this returns, and names are resolved away from the
   * calling thread.
   *
   * @return the server once it is bound, or failed with a {@link BindFailedException}. A server whose future has been cancelled
   *     or completed by somebody else meanwhile is nobody's, and is closed.
   */
  public CompletableFuture<RunningTcpServer> startAsync() {
    Admission door = admission == null ? Admission.builder().build() : admission;
    Pipeline pipeline = withClientsKnown(requirePipeline(), door);
    List<Endpoint> where = endpoints.isEmpty() ? List.of(hostAndPort()) : List.copyOf(endpoints);
    EventLoops loops = obtainEventLoops();
    boolean ownsLoops = ownsEventLoops();
    Captures captures = captures(pipeline, ownsLoops ? loops : null);
    Connections connections = new Connections(watchdog, captures);
    ErrorCounts errors = new ErrorCounts();
    ConnectionInitializer initializer = new ConnectionInitializer(
        connections, handlersClose(), pipeline, LoggerFactory.getLogger(TcpServer.class), errors);
    ProxyProtocol proxies = proxyProtocol;
    ChannelHandler judge = door.newHandler(child -> proxies != null && proxies.trusts(child));
    Binding binding =
        new Binding(loops, endpoint -> bootstrap(loops, endpoint, judge, initializer));
    Duration delay = drainDelay;
    boolean sharesPort = reusePort;
    return ListeningTcpServer.handOut(binding
        .bindAll(where)
        .<RunningTcpServer>thenApply(listeners -> {
          if (sharesPort) {
            listeners.forEach(
                ReusePort::spread); // a predecessor may have steered clients to itself
          }
          return new ListeningTcpServer(
              listeners,
              new ListenerShutdown(listeners, connections, delay, sharesPort),
              connections,
              door,
              errors,
              loops,
              ownsLoops);
        })
        .whenComplete((server, failure) -> {
          if (failure != null && ownsLoops) {
            loops.closeAsync();
          }
        })
        .exceptionallyCompose(failure -> captures
            .discardOwn()
            .thenCompose(discarded -> CompletableFuture.failedFuture(failure))));
  }

  /**
   * Starts the capture, if there is to be one.
   *
   * @param made event loops that are of no use if that fails, or {@code null}
   */
  private Captures captures(Pipeline pipeline, EventLoops made) {
    try {
      return new Captures(pipeline, capture == null ? null : capture.start());
    } catch (ConfigurationException e) {
      if (made != null) {
        made.closeAsync();
      }
      throw e;
    }
  }

  private ServerBootstrap bootstrap(
      EventLoops loops,
      Endpoint endpoint,
      ChannelHandler judge,
      ConnectionInitializer initializer) {
    boolean unix = endpoint instanceof UnixPath;
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loops.group())
        .channel(unix ? loops.serverDomainSocketChannel() : loops.serverSocketChannel())
        .option(ChannelOption.SO_BACKLOG, backlog)
        .handler(judge)
        .childHandler(initializer);
    if (!unix) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, reuseAddress);
    }
    if (!unix && reusePort) {
      setOption(bootstrap, loops.reusePortOption(), true);
    }
    for (Map.Entry<ChannelOption<?>, Object> option : socketOptions(endpoint).entrySet()) {
      setChildOption(bootstrap, option.getKey(), option.getValue());
    }
    return bootstrap;
  }

  /** Behind a proxy the client's address is known, and judged, when the header has been read. */
  private Pipeline withClientsKnown(Pipeline pipeline, Admission door) {
    if (proxyProtocol == null) {
      return pipeline;
    }
    ChannelHandler judge = door.newAddressHandler(ProxyHeader::clientAddress);
    return pipeline
        .with(new Stage(
            Slot.PROXY, "proxy-protocol", proxyProtocol.toString(), proxyProtocol::newHandler))
        .with(new Stage(
            Slot.PROXY, "client-admission", "the client's address may be admitted", () -> judge));
  }

  private static <T> void setOption(ServerBootstrap bootstrap, ChannelOption<T> option, T value) {
    bootstrap.option(option, value);
  }

  @SuppressWarnings("unchecked")
  private static <T> void setChildOption(
      ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.childOption(option, (T) value);
  }

  @Override
  protected TcpServerBuilder self() {
    return this;
  }
}
