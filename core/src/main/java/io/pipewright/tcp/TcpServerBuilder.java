package io.pipewright.tcp;

import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.admission.Admission;
import io.pipewright.capture.CaptureBuilder;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.tls.ServerTls;
import io.pipewright.watchdog.LoopWatchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
  private boolean encrypts;

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
    encrypts = true;
    return protection(new Stage(Slot.TLS, "tls", tls.toString(), tls::newHandler));
  }

  /** Whether connections are encrypted: {@link #tls} has been set. For services whose clients show secrets. */
  public boolean encrypts() {
    return encrypts;
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
    return new TcpServerStart(this).bind();
  }

  /** The addresses to listen on: one at least. */
  List<Endpoint> endpoints() {
    return endpoints.isEmpty() ? List.of(hostAndPort()) : List.copyOf(endpoints);
  }

  int backlog() {
    return backlog;
  }

  boolean reusesAddress() {
    return reuseAddress;
  }

  boolean reusesPort() {
    return reusePort;
  }

  Duration drainDelay() {
    return drainDelay;
  }

  /** Who is let in: everybody, if nobody said. */
  Admission door() {
    return admission == null ? Admission.builder().build() : admission;
  }

  /** {@code null} for none. */
  ProxyProtocol proxies() {
    return proxyProtocol;
  }

  /** {@code null} for none. */
  CaptureBuilder capture() {
    return capture;
  }

  /** {@code null} for none. */
  LoopWatchdog watchdog() {
    return watchdog;
  }

  boolean ownsLoops() {
    return ownsEventLoops();
  }

  @Override
  protected TcpServerBuilder self() {
    return this;
  }
}
