package io.pipewright.udpecho;

import io.pipewright.RunningServer;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.ServerOptions;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.Terminal;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.udp.session.SessionPolicy;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code udp-echo server}. */
@Command(
    name = "server",
    description = {
      "Answers every datagram with its own bytes, until it is told to stop.",
      "With --print it prints them instead."
    })
final class ServerCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(UdpEchoServer.class);

  private static final int DEFAULT_PORT = 7788;

  @Mixin
  private final ServerOptions options = ServerOptions.onPort(DEFAULT_PORT).loopsByDefault(1);

  @Mixin
  private final SocketOptions socket = new SocketOptions();

  @Mixin
  private final GuardOptions guard = new GuardOptions();

  @Option(
      names = "--print",
      description =
          "Print each datagram's sender and text to standard output, a line each, and send nothing"
              + " unless --reply verbatim is given too.")
  private boolean print;

  @Option(
      names = "--reply",
      paramLabel = "KIND",
      description = {
        "What is answered: ${COMPLETION-CANDIDATES}.",
        "  Default: verbatim; none with --print"
      })
  private Reply reply;

  @Option(
      names = "--sessions",
      description = {
        "Give each peer a channel of its own, as a TCP service has it; --idle-timeout (here 60s by default)",
        "then ends the session of a peer that is silent, and not the server."
      })
  private boolean sessions;

  @Option(
      names = "--max-sessions",
      paramLabel = "N",
      defaultValue = "10000",
      converter = Converters.Positive.class,
      description =
          "How many sessions there may be; a new peer takes the place of one that was heard once.")
  private int maxSessions;

  @Option(
      names = "--charset",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description = "The charset of what is printed; bytes that are no text show as U+FFFD.")
  private Charset charset;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "Stop after so many datagrams.")
  private Integer count;

  @Option(
      names = "--measured-sessions",
      paramLabel = "N",
      defaultValue = "" + UdpEchoServer.DEFAULT_MEASURED_SESSIONS,
      converter = Converters.NotNegative.class,
      description = {
        "Count for so many measuring clients at once, so that they learn where datagrams are lost.",
        "With 0 their queries are echoed as any datagram."
      })
  private int measuredSessions;

  @Override
  public Integer call() {
    if (print && sessions) {
      throw new LaunchException(ExitCode.USAGE, "--print and --sessions do not go together");
    }
    if (!print) {
      return serve(() -> server().start());
    }
    try (LinePrinter printer = new LinePrinter(Terminal.standard()::print)) {
      return serve(() -> startPrinting(printer));
    }
  }

  /** What became of the datagrams is the last thing that is logged: a datagram has no connection that could tell. */
  private int serve(Supplier<RunningServer> start) {
    AtomicReference<RunningServer> server = new AtomicReference<>();
    int code = ServiceLauncher.serve(UdpEcho.PROGRAM, options, () -> {
      server.set(start.get());
      return server.get();
    });
    log.info("in all: {}", server.get().summary());
    return code;
  }

  private RunningServer startPrinting(LinePrinter printer) {
    RunningServer server = server()
        .customize(pipeline -> customized(
            pipeline.before("echo", "print", () -> new PrintingHandler(printer, charset))))
        .start();
    printer.failure().exceptionally(e -> stop(server));
    return server;
  }

  /** A printer that cannot print is no use to anybody. */
  private static Void stop(RunningServer server) {
    server.drainAsync(Duration.ZERO);
    return null;
  }

  private Pipeline customized(Pipeline pipeline) {
    return options.customized(UdpEcho.PROGRAM, pipeline);
  }

  private UdpEchoServer server() {
    UdpEchoServer server = UdpEchoServer.builder()
        .socket(udp -> socket.applyTo(udp.host(options.host())
            .port(options.port())
            .transport(options.transport())
            .loops(options.loops())))
        .reply(reply())
        .guard(guard.guard())
        .maxDatagrams(count == null ? 0 : count)
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .measuredSessions(measuredSessions)
        .customize(this::customized);
    return sessions
        ? server.sessions(SessionPolicy.builder().maxSessions(maxSessions).build())
        : server;
  }

  private Reply reply() {
    if (reply != null) {
      return reply;
    }
    return print ? Reply.NONE : Reply.VERBATIM;
  }
}
