package io.pipewright.examples;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.RunningServer;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ServerOptions;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Addresses;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.udp.UdpServer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Prints every datagram's text, and answers none.
 *
 * <pre>{@code
 * examples udp-receiver --host 0.0.0.0
 * echo 你好 | iconv -t GBK | nc -u -w1 127.0.0.1 7788
 * }</pre>
 */
@Command(name = UdpReceiver.NAME, description = "Prints every datagram's sender and text, in GBK.")
final class UdpReceiver implements Callable<Integer> {

  static final String NAME = "udp-receiver";

  private static final Charset GBK = Charset.forName("GBK");

  @Mixin
  private final ServerOptions options = ServerOptions.onPort(7788);

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      converter = Converters.NotNegative.class,
      description = "End after so many datagrams; 0 goes on until told to stop.")
  private int count;

  @Override
  public Integer call() {
    try (LinePrinter lines = new LinePrinter(Terminal.standard())) {
      return ServiceLauncher.serve(NAME, options, () -> start(lines));
    }
  }

  RunningServer start(LinePrinter lines) {
    CompletableFuture<Void> enough = new CompletableFuture<>();
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .handler("receiver", () -> new Receiver(lines, count, enough))
        .build();
    RunningServer server = UdpServer.builder()
        .host(options.host())
        .port(options.port())
        .transport(options.transport())
        .loops(Math.max(1, options.loops())) // one socket is served by one loop
        .pipeline(options.customized(NAME, pipeline))
        .start();
    enough.thenRun(() -> server.drainAsync(Duration.ofSeconds(5)));
    return server;
  }

  private static final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {

    private final LinePrinter lines;
    private final int count;
    private final CompletableFuture<Void> enough;
    private int received;

    Receiver(LinePrinter lines, int count, CompletableFuture<Void> enough) {
      this.lines = lines;
      this.count = count;
      this.enough = enough;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      if (enough.isDone()) {
        return; // one that came in the same batch as the last
      }
      // a datagram is whole: no character of it can come with the next one
      String text = datagram.content().toString(GBK);
      lines.print(
          ctx.channel(), Addresses.text(datagram.sender()) + " " + Escaped.of(text, text.length()));
      received++;
      if (received == count) {
        enough.complete(null);
      }
    }
  }
}
