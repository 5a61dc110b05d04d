package io.pipewright.launch;

import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * The options of every server, as a picocli mixin; a TCP server takes {@link TcpServerOptions}. Each service brings its own
 * default port:
 *
 * <pre>{@code
 * @Mixin final ServerOptions options = ServerOptions.onPort(21567).idleAfter(Duration.ofMinutes(5));
 * }</pre>
 *
 * <p>{@code --config} and {@code --verbose}, {@code --help} and {@code --version} come from {@link
 * ServiceLauncher#run}, for servers and clients alike.
 */
public sealed class ServerOptions permits TcpServerOptions {

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Listen on this address; 0.0.0.0 is every one the machine has.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = Converters.ListenPort.class,
      description = "Listen on this port; 0 takes any free one.")
  private int port;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "auto, io_uring, epoll, kqueue or nio; auto says in the log what it took and why.")
  private Transport transport;

  @Option(
      names = "--loops",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = "How many event loops; 0 is one for each processor.")
  private int loops;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      description = "Close what has been silent for so long: 250ms, 30s, 5m; 0 never does.")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = {
        "When told to stop, let the busy finish for so long, then force them.",
        "A second signal forces them at once."
      })
  private Duration grace;

  @Option(names = "--wire-log", description = "Log every read and write, escaped and shortened.")
  private boolean wireLog;

  @Option(
      names = "--extensions",
      paramLabel = "JAR|DIR",
      split = ",",
      description = {
        "Add the handlers that this jar, or the jars in this folder, bring for the program's pipelines.",
        "May be given several times, or several with commas."
      })
  private List<Path> extensions = new ArrayList<>();

  /** Loaded when first asked for, which is once, at the start. */
  private PipelineCustomizers customizers;

  ServerOptions(int port) {
    this.port = port;
  }

  /**
   * Options whose {@code --port} has this default.
   *
   * @param port the service's own port
   */
  public static ServerOptions onPort(int port) {
    return new ServerOptions(port);
  }

  /**
   * Gives {@code --idle-timeout} another default than never.
   *
   * @return this
   */
  public ServerOptions idleAfter(Duration byDefault) {
    this.idleTimeout = byDefault;
    return this;
  }

  /**
   * Gives {@code --loops} another default than one for each processor, such as 1 for a service of
   * one socket.
   *
   * @return this
   */
  public ServerOptions loopsByDefault(int loops) {
    this.loops = loops;
    return this;
  }

  /** The address or name to listen on. */
  public String host() {
    return host;
  }

  /** The port to listen on; 0 for any free one. */
  public int port() {
    return port;
  }

  /** The transport asked for; {@link Transport#AUTO} when none was named. */
  public Transport transport() {
    return transport;
  }

  /** How many event loops; 0 for one a processor. */
  public int loops() {
    return loops;
  }

  /** How long a silence may last; {@link Duration#ZERO} for ever. */
  public Duration idleTimeout() {
    return idleTimeout;
  }

  /** How long the server goes on accepting after the first signal, before the grace begins. */
  Duration drainDelay() {
    return Duration.ZERO;
  }

  /** How long the busy may take after the first signal. */
  public Duration grace() {
    return grace;
  }

  /** Whether every read and write is to be logged. */
  public boolean wireLog() {
    return wireLog;
  }

  /**
   * Gives a pipeline as the extensions want it that the program was started with: those on its class path and those of {@code
   * --extensions}. {@link ServiceLauncher#serve} closes their jars when the server has stopped.
   *
   * @param program the name that extensions know the service by, such as {@code tcp-echo}
   * @param pipeline the service's own
   * @return the pipeline to start the server with
   * @throws LaunchException with {@link ExitCode#USAGE} if an extension is broken
   */
  public Pipeline customized(String program, Pipeline pipeline) {
    if (customizers == null) {
      customizers = PipelineCustomizers.load(extensions);
    }
    return customizers.customize(program, pipeline);
  }

  /** Lets go of what was made for the server. Who overrides it calls this one too. */
  void serverHasEnded() {
    if (customizers != null) {
      customizers.close();
      customizers = null;
    }
  }
}
