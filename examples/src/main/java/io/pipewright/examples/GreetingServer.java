package io.pipewright.examples;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.pipeline.Pipeline;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The smallest server there is: speaks first, and hangs up.
 *
 * <pre>{@code
 * examples greeting-server --port 9990
 * nc 127.0.0.1 9990
 * }</pre>
 */
@Command(
    name = GreetingServer.NAME,
    description = "Greets whoever connects, in UTF-8, and hangs up.")
final class GreetingServer implements Callable<Integer> {

  static final String NAME = "greeting-server";

  private static final String GREETING = "网络编程测试。\r\n";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(999).idleAfter(Duration.ofSeconds(30));

  @Override
  public Integer call() {
    return ServiceLauncher.serve(NAME, options, this::start);
  }

  RunningServer start() {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.none())
        .handler("greeting", Greeting::new)
        .build();
    return Wiring.server(NAME, options, pipeline).start();
  }

  private static final class Greeting extends SimpleChannelInboundHandler<Object> {

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(ByteBufUtil.writeUtf8(ctx.alloc(), GREETING));
      Farewell.to(ctx.channel());
    }

    /** Whatever a client says to this server, it is dropped; the base class releases it. */
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object ignored) {}
  }
}
