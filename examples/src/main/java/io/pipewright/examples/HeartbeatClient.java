package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.ConnectFailedException;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.launch.Converters;
import io.pipewright.launch.Durations;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpClient;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
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
          "Wait about so long before the first new try, and twice as long before each next.")
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
    Backoff backoff = new Backoff(firstDelay, maxDelay);
    try (LinePrinter lines = new LinePrinter(terminal);
        TcpClient client = client(lines)) {
      for (int failures = 0; ; ) {
        try {
          failures = heldLong(client, terminal) ? 0 : failures + 1;
          terminal.println("lost " + peer);
        } catch (ConnectFailedException e) {
          failures++;
          if (attempts > 0 && failures >= attempts) {
            throw e;
          }
          terminal.println(e.getMessage());
        }
        double random = ThreadLocalRandom.current().nextDouble();
        Duration delay = backoff.delay(Math.max(1, failures), random);
        terminal.println("trying again in " + Durations.format(delay));
        TimeUnit.NANOSECONDS.sleep(delay.toNanos());
      }
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

  /**
   * Connects, and waits until the connection ends.
   *
   * @return whether it held for a while: a server that accepts and hangs up at once must not be
   *     called again at once, too
   */
  private boolean heldLong(TcpClient client, Terminal terminal) throws InterruptedException {
    Channel channel = client.connect();
    long since = System.nanoTime();
    terminal.println("connected to " + peer);
    channel.closeFuture().await();
    return System.nanoTime() - since > heartbeat.toNanos();
  }

  /**
   * How long to wait before the next try: twice as long as before the last one, up to a limit, and
   * at random between half of that and all, so that the clients of a restarted server do not all
   * come in the same moment.
   */
  record Backoff(Duration first, Duration most) {

    /**
     * @param failures how many tries in a row have failed, at least 1
     * @param random from 0 to 1
     */
    Duration delay(int failures, double random) {
      double doubled = first.toNanos() * Math.pow(2, failures - 1);
      double full = Math.min(doubled, (double) most.toNanos());
      return Duration.ofNanos((long) (full / 2 * (1 + random)));
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
