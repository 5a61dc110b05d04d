package io.pipewright.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
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
import io.pipewright.transport.EventLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/**
 * Puts a server together from its settings, as they are in this moment, and binds it.
 *
 * <pre>
 *   listener:    admission ─► accepted or refused
 *   connection:  Connection ─► proxy-protocol, client-admission ─► the other protections ─► the pipeline ─► unhandled-errors
 * </pre>
 */
final class TcpServerStart {

  private final Admission door;
  private final EventLoops loops;
  private final boolean ownsLoops;
  private final Captures captures;
  private final Connections connections;
  private final ErrorCounts errors = new ErrorCounts();
  private final Duration drainDelay;
  private final boolean sharesPort;

  /** In the order of the addresses, of which two may look the same: port 0 is another one each time. */
  private final List<Map.Entry<Endpoint, ServerBootstrap>> bootstraps = new ArrayList<>();

  /**
   * Takes the settings over: what is done to the builder later has no effect here.
   *
   * @throws ConfigurationException if they do not go together
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  TcpServerStart(TcpServerBuilder settings) {
    door = settings.door();
    Pipeline pipeline = withClientsKnown(settings.requirePipeline(), settings.proxies(), door);
    drainDelay = settings.drainDelay();
    sharesPort = settings.reusesPort();
    loops = settings.eventLoopsFor(settings.endpoints());
    ownsLoops = settings.ownsLoops();
    captures = captures(pipeline, settings.capture());
    connections = new Connections(settings.watchdog(), captures);
    ProxyProtocol proxies = settings.proxies();
    ChannelHandler judge = Arrivals.behind(
        door.newHandler(child -> proxies != null && proxies.trusts(child)), connections);
    ConnectionInitializer initializer = new ConnectionInitializer(
        connections,
        settings.handlersClose(),
        pipeline,
        LoggerFactory.getLogger(TcpServer.class),
        errors);
    for (Endpoint endpoint : settings.endpoints()) {
      bootstraps.add(Map.entry(
          endpoint, bootstrap(settings, endpoint).handler(judge).childHandler(initializer)));
    }
  }

  /** Behind a proxy the client's address is known, and judged, when the header has been read. */
  private static Pipeline withClientsKnown(
      Pipeline pipeline, ProxyProtocol proxies, Admission door) {
    if (proxies == null) {
      return pipeline;
    }
    ChannelHandler judge = door.newAddressHandler(ProxyHeader::clientAddress);
    return pipeline
        .with(new Stage(Slot.PROXY, "proxy-protocol", proxies.toString(), proxies::newHandler))
        .with(new Stage(
            Slot.PROXY, "client-admission", "the client's address may be admitted", () -> judge));
  }

  /** Starts the capture, if there is to be one. */
  private Captures captures(Pipeline pipeline, CaptureBuilder capture) {
    try {
      return new Captures(pipeline, capture == null ? null : capture.start());
    } catch (ConfigurationException e) {
      closeOwnLoops();
      throw e;
    }
  }

  private ServerBootstrap bootstrap(TcpServerBuilder settings, Endpoint endpoint) {
    boolean unix = endpoint instanceof UnixPath;
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loops.group())
        .channel(unix ? loops.serverDomainSocketChannel() : loops.serverSocketChannel())
        .option(ChannelOption.SO_BACKLOG, settings.backlog());
    if (!unix) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, settings.reusesAddress());
    }
    if (!unix && sharesPort) {
      bootstrap.option(loops.reusePortOption(), true);
    }
    settings
        .socketOptions(endpoint)
        .forEach((option, value) -> setChildOption(bootstrap, option, value));
    return bootstrap;
  }

  @SuppressWarnings("unchecked")
  private static <T> void setChildOption(
      ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.childOption(option, (T) value);
  }

  /**
   * Binds every address.
   *
   * @return the server; or failed with a {@link io.pipewright.BindFailedException}, and nothing is left behind
   */
  CompletableFuture<RunningTcpServer> bind() {
    return ListeningTcpServer.handOut(new Binding(loops)
        .bindAll(bootstraps)
        .<RunningTcpServer>thenApply(this::running)
        .exceptionallyCompose(failure -> {
          closeOwnLoops();
          return captures
              .discardOwn()
              .thenCompose(discarded -> CompletableFuture.failedFuture(failure));
        }));
  }

  private ListeningTcpServer running(List<Channel> listeners) {
    if (sharesPort) {
      listeners.forEach(ReusePort::spread); // a predecessor may have steered clients to itself
    }
    return new ListeningTcpServer(
        listeners,
        new ListenerShutdown(listeners, connections, drainDelay, sharesPort),
        connections,
        door,
        errors,
        loops,
        ownsLoops);
  }

  private void closeOwnLoops() {
    if (ownsLoops) {
      loops.closeAsync();
    }
  }
}
