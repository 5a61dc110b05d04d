package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.offload.Offload;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.RunningTcpServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A handler that blocks, off the event loop: each line is a host's name, and the JDK's resolver may take seconds to find its
 * addresses. Meanwhile the event loop serves everybody else, and each client's answers keep the order of its questions.
 *
 * <pre>{@code
 * examples name-lookup
 * printf 'localhost\n' | nc 127.0.0.1 5300
 * }</pre>
 */
@Command(
    name = NameLookup.NAME,
    description = "Tells the addresses of names; its handler blocks, off the event loop.")
final class NameLookup implements Callable<Integer> {

  static final String NAME = "name-lookup";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(5300).idleAfter(Duration.ofMinutes(1));

  @Override
  public Integer call() {
    try (Offload blocking = Offload.builder().maxQueued(16).build()) {
      return ServiceLauncher.serve(NAME, options, () -> start(blocking));
    }
  }

  /** The caller closes the offload, after the server. */
  RunningTcpServer start(Offload blocking) {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.lines().maxLength(255))
        .text(US_ASCII)
        .handler("lookup", Lookup::new, blocking)
        .build();
    return Wiring.server(NAME, options, pipeline).start();
  }

  /** Waits for the resolver, as no handler on an event loop may. */
  private static final class Lookup extends SimpleChannelInboundHandler<String> {

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String name) {
      ctx.writeAndFlush(name + ": " + addresses(name));
    }

    private static String addresses(String name) {
      try {
        return Arrays.stream(InetAddress.getAllByName(name))
            .map(InetAddress::getHostAddress)
            .collect(Collectors.joining(" "));
      } catch (UnknownHostException e) {
        return "unknown";
      }
    }
  }
}
