package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.pipewright.DrainReport;
import io.pipewright.ServerStats;
import io.pipewright.admission.Admission;
import io.pipewright.capture.Capture;
import io.pipewright.kernel.TcpState;
import io.pipewright.kernel.TcpStates;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.socket.ServerLifecycle;
import io.pipewright.transport.EventLoops;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP server at work: its listeners, its connections, what it counts. */
final class ListeningTcpServer extends ServerLifecycle implements RunningTcpServer {

  private static final Logger log = LoggerFactory.getLogger(TcpServer.class);

  private final ListenerShutdown shutdown;
  private final Connections connections;
  private final Admission admission;
  private final ErrorCounts errors;

  ListeningTcpServer(
      List<Channel> listeners,
      ListenerShutdown shutdown,
      Connections connections,
      Admission admission,
      ErrorCounts errors,
      EventLoops loops,
      boolean ownsLoops) {
    super(listeners, loops, ownsLoops);
    this.shutdown = shutdown;
    this.connections = connections;
    this.admission = admission;
    this.errors = errors;
  }

  /** A future of the server to give away: if it is done by somebody else before, cancelled say, the server is closed. */
  static CompletableFuture<RunningTcpServer> handOut(CompletableFuture<RunningTcpServer> starting) {
    CompletableFuture<RunningTcpServer> started = new CompletableFuture<>();
    starting.whenComplete((server, failure) -> {
      if (failure != null) {
        started.completeExceptionally(failure);
      } else if (!started.complete(server)) {
        server.drainAsync(Duration.ZERO);
      }
    });
    return started;
  }

  /** The listeners go first: new clients are refused from then on, the accepted ones are judged one by one. */
  @Override
  protected void beginDrain(Duration grace) {
    shutdown.begin(grace, remaining -> {
      connections.drain(remaining);
      connections.whenEmpty(this::closeCaptures);
    });
    endBy(shutdown.longest(grace).plus(grace), this::giveUp);
  }

  @Override
  protected void shortenDrain(Duration grace) {
    if (shutdown.hurry(grace)) {
      connections.drain(grace);
    }
    endBy(shutdown.longest(grace).plus(grace), this::giveUp);
  }

  private void closeCaptures(List<DrainReport.Ending> endings) {
    connections.captures().closeOwn().whenComplete((closed, failure) -> drained(endings));
  }

  private void giveUp() {
    connections.giveUp(endings -> {
      log.warn(
          "{} connections do not close, and are left behind: a handler blocks their event loop",
          connections());
      closeCaptures(endings);
    });
  }

  @Override
  public int connections() {
    return connections.size();
  }

  @Override
  public List<LiveConnection> openConnections() {
    return connections.snapshot();
  }

  @Override
  public CompletableFuture<Void> capture(Capture capture) {
    return connections.capture(capture);
  }

  @Override
  public ServerStats stats() {
    return connections.stats(refused(), errors.snapshot());
  }

  /** The reasons that there were, in the words of the other counts: {@code too-many}. */
  private Map<String, Long> refused() {
    Map<String, Long> refused = new TreeMap<>();
    admission.refused().forEach((reason, count) -> {
      if (count > 0) {
        refused.put(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), count);
      }
    });
    return refused;
  }

  @Override
  public Admission admission() {
    return admission;
  }

  @Override
  public Map<TcpState, Integer> kernelStates() throws IOException {
    return port() == 0 ? Map.of() : TcpStates.of(port());
  }

  @Override
  public String toString() {
    return "TcpServer[" + localAddresses() + ", " + state() + ", " + connections() + " open]";
  }
}
