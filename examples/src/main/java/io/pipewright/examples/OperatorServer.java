package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.InFlight;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A person answers: each client's message is printed, and the next line on standard input goes back
 * to the client that has waited longest. Any number may wait; the event loops never do.
 *
 * <pre>{@code
 * examples operator-server
 * echo 你好 | nc 127.0.0.1 8080 | iconv -f GBK
 * }</pre>
 */
@Command(
    name = OperatorServer.NAME,
    description = "Prints each message; the line you type is the answer.")
final class OperatorServer implements Callable<Integer> {

  static final String NAME = "operator-server";

  private static final Charset GBK = Charset.forName("GBK");
  private static final String NOBODY_HERE = "对不起, 操作员已离开";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(8080).idleAfter(Duration.ofMinutes(1));

  @Override
  public Integer call() {
    try (LinePrinter lines = new LinePrinter(Terminal.standard())) {
      return ServiceLauncher.serve(NAME, options, () -> start(Terminal.standard(), lines));
    }
  }

  RunningServer start(Terminal operator, LinePrinter lines) {
    Desk desk = new Desk(operator, lines);
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.none())
        .text(TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE))
        .handler("reception", () -> new Reception(desk, lines))
        .build()
        .replace("text-encoder", TextCodec.of(GBK)::newEncoder); // asked in UTF-8, answered in GBK
    RunningServer server = Wiring.server(NAME, options, pipeline).start();
    // without an operator there is nothing to serve: whoever still waits has been told by now
    desk.deserted().thenRun(() -> server.drainAsync(options.grace()));
    return server;
  }

  /** Prints what a client says and puts it into the queue. */
  private static final class Reception extends SimpleChannelInboundHandler<String> {

    private final Desk desk;
    private final LinePrinter lines;
    private boolean queued;

    Reception(Desk desk, LinePrinter lines) {
      this.desk = desk;
      this.lines = lines;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String text) {
      String peer = LinePrinter.name(ctx.channel());
      String message = peer + " " + Escaped.of(text, text.length());
      if (queued) {
        lines.print(ctx.channel(), message);
        return;
      }
      queued = true;
      if (ctx.pipeline().get("idle") != null) {
        ctx.pipeline().remove("idle"); // from here on it is us who let the client wait
      }
      desk.enqueue(ctx.channel(), message);
    }
  }

  /** The clients that wait, first come, first served. Thread-safe. */
  private static final class Desk {

    private final Terminal operator;
    private final LinePrinter lines;
    private final Queue<Channel> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> deserted = new CompletableFuture<>();

    Desk(Terminal operator, LinePrinter lines) {
      this.operator = operator;
      this.lines = lines;
    }

    /** Done when the operator's input has ended. */
    CompletableFuture<Void> deserted() {
      return deserted;
    }

    /** Prints under the same lock: the operator answers in the order of what they read, which must be the queue's. */
    synchronized void enqueue(Channel client, String message) {
      lines.print(client, message);
      InFlight.begin(client); // a drain waits for the answer, and so does a client's half-close
      waiting.add(client);
      if (deserted.isDone()) {
        dismissAll();
      } else if (waiting.size() == 1) {
        askFor(client);
      }
    }

    private void askFor(Channel client) {
      lines.prompt("answer to " + LinePrinter.name(client) + "> ");
      operator.readLine().whenComplete((line, failure) -> {
        answered(failure == null ? line : Optional.empty());
      });
    }

    /** The line is for the first in the queue, even if that client has gone: never for the next. */
    private synchronized void answered(Optional<String> line) {
      if (line.isEmpty()) {
        dismissAll();
        deserted.complete(null);
        return;
      }
      if (!GBK.newEncoder().canEncode(line.get())) {
        lines.print(waiting.element(), "not sent, GBK has not all of these characters: try again");
      } else {
        send(waiting.remove(), line.get());
      }
      if (!waiting.isEmpty()) {
        askFor(waiting.element());
      }
    }

    private void send(Channel client, String text) {
      if (!client.isActive()) {
        lines.print(client, "not sent: that client has gone");
      }
      client.writeAndFlush(text);
      Farewell.to(client);
      InFlight.end(client);
    }

    private void dismissAll() {
      while (!waiting.isEmpty()) {
        send(waiting.remove(), NOBODY_HERE);
      }
    }
  }
}
