package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.pipewright.client.Backoff;
import io.pipewright.client.ConnectionListener;
import io.pipewright.client.ReconnectingClient;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.launch.Converters;
import io.pipewright.launch.Durations;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpClient;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Keeps a connection to a line server: says something when it has been silent for a while, and
 * comes back when the connection is lost.
 *
 * <pre>{@code
 * tcp-echo server --framing lines
 * examples heartbeat-client --heartbeat 2s
 * }</pre>
 */
@Command(
    name = HeartbeatClient.NAME,
    description = "Keeps a connection alive; reconnects with backoff, jitter.")
final class HeartbeatClient implements Callable<Integer> {

  static final String NAME = "heartbeat-client";

  @Mixin
  private final PeerOptions peer = PeerOptions.onPort(21567);

  @Option(
      names = "--heartbeat",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "Say something after so long a silence of ours.")
  private Duration heartbeat;

  @Option(
      names = "--dead-after",
      paramLabel = "TIME",
      defaultValue = "0s",
      description =
          "Hang up on a server that answers nothing for so long, and reconnect; 0 never does.")
  private Duration deadAfter;

  @Option(
      names = "--first-delay",
      paramLabel = "TIME",
      defaultValue = "500ms",
      description =
          "Wait up to so long, at random, before the first new try, and twice as long before each next.")
  private Duration firstDelay;

  @Option(
      names = "--max-delay",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "Never wait longer than this.")
  private Duration maxDelay;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "0",
      converter = Converters.NotNegative.class,
      description = "Give up after so many failures in a row; 0 never does.")
  private int attempts;

  @Override
  public Integer call() throws InterruptedException {
    return run(Terminal.standard());
  }

  /** Ends by a signal, or with the last failure when there were too many in a row. */
  int run(Terminal terminal) throws InterruptedException {
    // a thread of its own to tell the tale: where the terminal is stuck, nothing else waits for it
    EventExecutor teller = new DefaultEventExecutor();
    try (LinePrinter lines = new LinePrinter(terminal);
        TcpClient client = client(lines);
        ReconnectingClient kept = ReconnectingClient.builder(client)
            .backoff(Backoff.defaults().initial(firstDelay).max(maxDelay).resetAfter(heartbeat))
            .giveUpAfter(attempts)
            .executor(teller)
            .listener(new Tale(terminal))
            .start()) {
      kept.ended().get();
      return ExitCode.OK;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException typed
          ? typed
          : new IllegalStateException(e.getCause());
    } finally {
      teller.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private TcpClient client(LinePrinter lines) {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.lines())
        .text(TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE))
        .idle(idle())
        .handler("replies", () -> new Replies(lines))
        .build();
    return TcpClient.builder()
        .host(peer.host())
        .port(peer.port())
        .pipeline(pipeline)
        .build();
  }

  private IdlePolicy idle() {
    return deadAfter.isZero()
        ? IdlePolicy.heartbeatEvery(heartbeat, () -> "heartbeat")
        : IdlePolicy.closeAfter(deadAfter).heartbeat(heartbeat, () -> "heartbeat");
  }

  private final class Tale implements ConnectionListener {

    private final Terminal terminal;

    Tale(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public void connected(Channel channel) {
      terminal.println("connected to " + peer);
    }

    @Override
    public void lost(Channel channel) {
      terminal.println("lost " + peer);
    }

    @Override
    public void failed(Throwable cause) {
      terminal.println(cause.getMessage());
    }

    @Override
    public void waiting(Duration delay, int failures) {
      terminal.println("trying again in " + Durations.format(delay));
    }
  }

  private static final class Replies extends SimpleChannelInboundHandler<String> {

    private final LinePrinter lines;

    Replies(LinePrinter lines) {
      this.lines = lines;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String line) {
      lines.print(ctx.channel(), Escaped.of(line, line.length()));
    }
  }
}
