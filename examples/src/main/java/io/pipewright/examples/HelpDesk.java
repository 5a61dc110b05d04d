package io.pipewright.examples;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.text.BadBytes;
import io.pipewright.text.IncrementalText;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Takes one message in GBK, prints who sent it, how long it is and what it says, answers that it is
 * being seen to, and hangs up.
 *
 * <pre>{@code
 * examples help-desk
 * echo 你好 | iconv -t GBK | nc 127.0.0.1 8989 | iconv -f GBK
 * }</pre>
 */
@Command(
    name = HelpDesk.NAME,
    description = "Prints a message in GBK, says it is seen to, and hangs up.")
final class HelpDesk implements Callable<Integer> {

  static final String NAME = "help-desk";

  private static final Charset GBK = Charset.forName("GBK");
  private static final String ANSWER = "ok, 问题正在处理中...";

  /** What one client can make this server hold, should its reads end within a character for ever. */
  private static final int MAX_MESSAGE_BYTES = 65_536;

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(8989).idleAfter(Duration.ofMinutes(1)).backlogByDefault(128);

  @Override
  public Integer call() {
    try (LinePrinter lines = new LinePrinter(Terminal.standard())) {
      return ServiceLauncher.serve(NAME, options, () -> start(lines));
    }
  }

  RunningServer start(LinePrinter lines) {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.none())
        .handler("desk", () -> new Desk(lines))
        .build();
    return Wiring.server(NAME, options, pipeline).reuseAddress(true).start();
  }

  /** Reads bytes rather than text, because their number is to be told. */
  private static final class Desk extends SimpleChannelInboundHandler<ByteBuf> {

    private final LinePrinter lines;
    private final IncrementalText decoder = IncrementalText.of(GBK, BadBytes.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private int bytes;
    private boolean answered;

    Desk(LinePrinter lines) {
      this.lines = lines;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf read) {
      if (answered) {
        return; // one message a client
      }
      bytes += read.readableBytes();
      text.append(decoder.feed(read.nioBuffer()));
      // unframed, a read is a message; but half a character says for certain that more is to come
      if (!decoder.midCharacter() || bytes >= MAX_MESSAGE_BYTES) {
        answer(ctx);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE && bytes > 0 && !answered) {
        answer(ctx); // the other half of the character never comes
      }
      ctx.fireUserEventTriggered(event);
    }

    private void answer(ChannelHandlerContext ctx) {
      answered = true;
      text.append(decoder.finish());
      String said = Escaped.of(text, text.length());
      lines.print(
          ctx.channel(), "%s %d bytes: %s".formatted(LinePrinter.name(ctx.channel()), bytes, said));
      ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(ANSWER.getBytes(GBK)));
      Farewell.to(ctx.channel());
    }
  }
}
