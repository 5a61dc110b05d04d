package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.tcpecho.TcpEchoServer;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The TCP echo service as it is, and one Netty handler more: it numbers a client's lines before the
 * echo answers them.
 *
 * <pre>{@code
 * examples extended-echo
 * printf 'a\nb\n' | nc 127.0.0.1 21567
 * }</pre>
 */
@Command(
    name = ExtendedEcho.NAME,
    description = "The TCP echo with a handler of your own: numbers lines.")
final class ExtendedEcho implements Callable<Integer> {

  static final String NAME = "extended-echo";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(21567).idleAfter(Duration.ofMinutes(5));

  @Override
  public Integer call() {
    return ServiceLauncher.serve(NAME, options, this::start);
  }

  RunningServer start() {
    return TcpEchoServer.builder()
        .socket(options::applyTo)
        .framing(Framing.lines().keepTerminator())
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .customize(pipeline ->
            options.customized(NAME, pipeline.before("echo", "numbering", Numbering::new)))
        .start();
  }

  /** Puts a number before each message. One instance a connection, so that each counts its own. */
  static final class Numbering extends ChannelInboundHandlerAdapter {

    private int lines;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      lines++;
      ByteBuf number = Unpooled.copiedBuffer(lines + " ", US_ASCII);
      // both buffers now belong to the composite, and whoever releases that releases them
      ctx.fireChannelRead(Unpooled.wrappedBuffer(number, (ByteBuf) message));
    }
  }
}
