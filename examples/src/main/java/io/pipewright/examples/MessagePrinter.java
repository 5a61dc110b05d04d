package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Listens to many clients at once and prints what they say; answers nobody.
 *
 * <pre>{@code
 * examples message-printer
 * nc 127.0.0.1 8080
 * }</pre>
 */
@Command(
    name = MessagePrinter.NAME,
    description = "Prints every message of every client; sends nothing.")
final class MessagePrinter implements Callable<Integer> {

  static final String NAME = "message-printer";

  @Mixin
  private final TcpServerOptions options = TcpServerOptions.onPort(8080).backlogByDefault(128);

  @Override
  public Integer call() {
    try (LinePrinter lines = new LinePrinter(Terminal.standard())) {
      return ServiceLauncher.serve(NAME, options, () -> start(lines));
    }
  }

  RunningServer start(LinePrinter lines) {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.none())
        // a character that two reads share is kept whole; who only prints need not hang up on a bad
        // one
        .text(TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE))
        .handler("printer", () -> new Printer(lines))
        .build();
    return Wiring.server(NAME, options, pipeline).start();
  }

  private static final class Printer extends SimpleChannelInboundHandler<String> {

    private final LinePrinter lines;
    private String peer;

    Printer(LinePrinter lines) {
      this.lines = lines;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      peer = LinePrinter.name(ctx.channel()); // a closed channel has forgotten it
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String text) {
      // escaped, so that no client can forge another's line or play with the terminal
      lines.print(ctx.channel(), peer + " " + Escaped.of(text, text.length()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lines.print(ctx.channel(), peer + " has gone");
    }
  }
}
