package io.pipewright.launch;

import io.pipewright.address.Endpoint;
import io.pipewright.tcp.TcpServerBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of every TCP server, as a picocli mixin: those of {@link ServerOptions}, and what concerns its connections
 * before a pipeline does.
 *
 * <pre>{@code
 * @Mixin final TcpServerOptions options = TcpServerOptions.onPort(21567).idleAfter(Duration.ofMinutes(5));
 *
 * RunningServer start() {
 *   return options.applyTo(TcpServer.builder()).pipeline(pipeline).start();
 * }
 * }</pre>
 */
public final class TcpServerOptions extends ServerOptions {

  @Option(
      names = "--backlog",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "How many connections may wait to be accepted.")
  private int backlog = 1024;

  @Option(
      names = "--listen",
      paramLabel = "ENDPOINT",
      split = ",",
      converter = Converters.ListenEndpoint.class,
      description = {
        "Listen here instead of on --host and --port: HOST:PORT, [IPV6]:PORT or unix:PATH.",
        "May be given several times, or several with commas."
      })
  private List<Endpoint> listen = new ArrayList<>();

  @Option(
      names = "--reuse-port",
      description = {
        "Let another process of the same user listen on the same port: start the new one, then",
        "stop the old one, and no client is refused."
      })
  private boolean reusePort;

  @Option(
      names = "--drain-delay",
      paramLabel = "TIME",
      defaultValue = "0s",
      description = "When told to stop, go on accepting for so long, not ready any more.")
  private Duration drainDelay;

  @Mixin
  private final AdmissionOptions admission = new AdmissionOptions();

  @Mixin
  private final ProxyOptions proxy = new ProxyOptions();

  @Mixin
  private final ShapingOptions shaping = new ShapingOptions();

  @Mixin
  private final TlsServerOptions tls = new TlsServerOptions();

  @Option(
      names = "--blocked-after",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "Log what holds up an event loop for longer than this; 0 does not look.")
  private Duration blockedAfter;

  @Mixin
  private final CaptureOptions capture = new CaptureOptions();

  private TcpServerOptions(int port) {
    super(port);
  }

  /**
   * Options whose {@code --port} has this default.
   *
   * @param port the service's own port
   */
  public static TcpServerOptions onPort(int port) {
    return new TcpServerOptions(port);
  }

  @Override
  public TcpServerOptions idleAfter(Duration byDefault) {
    super.idleAfter(byDefault);
    return this;
  }

  /**
   * Gives {@code --backlog} another default than 1024.
   *
   * @return this
   */
  public TcpServerOptions backlogByDefault(int connections) {
    this.backlog = connections;
    return this;
  }

  @Override
  Duration drainDelay() {
    return drainDelay;
  }

  /**
   * Sets everything of a server that these options are about, but for what its pipeline does with messages: {@link
   * #idleTimeout} and {@link #wireLog} are the service's to use.
   *
   * @param builder is changed
   * @return the builder
   */
  public TcpServerBuilder applyTo(TcpServerBuilder builder) {
    if (!listen.isEmpty()) {
      builder.listen(listen.get(0), listen.subList(1, listen.size()).toArray(Endpoint[]::new));
    }
    admission.applyTo(builder);
    proxy.applyTo(builder);
    shaping.applyTo(builder);
    tls.applyTo(builder);
    capture.applyTo(builder);
    return builder
        .watchdog(blockedAfter)
        .host(host())
        .port(port())
        .transport(transport())
        .loops(loops())
        .backlog(backlog)
        .reusePort(reusePort)
        .drainDelay(drainDelay);
  }

  @Override
  void serverHasEnded() {
    super.serverHasEnded();
    tls.close();
  }
}
