package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.text.BadBytes;
import io.pipewright.text.IncrementalText;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Answers every read with the same bytes in upper case, and prints who comes, what they say and
 * when they go.
 *
 * <pre>{@code
 * examples upper-case-server
 * examples hello-client
 * }</pre>
 */
@Command(
    name = UpperCaseServer.NAME,
    description = "Answers each read in upper case; prints who says what.")
final class UpperCaseServer implements Callable<Integer> {

  static final String NAME = "upper-case-server";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(9527).idleAfter(Duration.ofMinutes(5)).backlogByDefault(128);

  @Override
  public Integer call() {
    try (LinePrinter lines = new LinePrinter(Terminal.standard())) {
      return ServiceLauncher.serve(NAME, options, () -> start(lines));
    }
  }

  RunningServer start(LinePrinter lines) {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.none())
        .handler("upper-case", () -> new UpperCase(lines))
        .build();
    return Wiring.server(NAME, options, pipeline).start();
  }

  /** Works on bytes: the answer is right in any charset that writes ASCII as it is. */
  private static final class UpperCase extends ChannelInboundHandlerAdapter {

    private final LinePrinter lines;
    private final IncrementalText decoder = IncrementalText.of(UTF_8, BadBytes.REPLACE);
    private String peer;

    UpperCase(LinePrinter lines) {
      this.lines = lines;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      peer = LinePrinter.name(ctx.channel()); // a closed channel has forgotten it
      lines.print(ctx.channel(), peer + " connected");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      print(ctx, decoder.feed(bytes.nioBuffer()));
      for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
        byte b = bytes.getByte(i);
        if (b >= 'a' && b <= 'z') {
          bytes.setByte(i, b - 'a' + 'A');
        }
      }
      ctx.write(bytes); // what came in goes out again: nothing to release
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      print(ctx, decoder.finish());
      lines.print(ctx.channel(), peer + " the link is down");
    }

    private void print(ChannelHandlerContext ctx, String text) {
      if (!text.isEmpty()) {
        lines.print(ctx.channel(), peer + " " + Escaped.of(text, text.length()));
      }
    }
  }
}
