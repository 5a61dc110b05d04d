package io.pipewright.examples;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.ConnectFailedException;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Addresses;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.udp.UdpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One question, one answer: a datagram in UTF-8 there, and whatever comes back.
 *
 * <pre>{@code
 * examples udp-asker --message 你好
 * }</pre>
 */
@Command(
    name = UdpAsker.NAME,
    description = "Sends one datagram; prints the reply's bytes and sender.")
final class UdpAsker implements Callable<Integer> {

  static final String NAME = "udp-asker";

  private static final int MAX_BYTES = 65_507;

  @Mixin
  private final PeerOptions peer = PeerOptions.onPort(7788);

  @Option(names = "--message", paramLabel = "TEXT", description = "Send this instead of asking.")
  private String message;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long the reply may take.")
  private Duration timeout;

  @Override
  public Integer call() throws InterruptedException {
    return ask(Terminal.standard());
  }

  int ask(Terminal terminal) throws InterruptedException {
    Optional<String> question =
        message != null ? Optional.of(message) : terminal.ask("> ", new CompletableFuture<>());
    if (question.isPresent()) {
      terminal.println(reply(question.get()));
    }
    return ExitCode.OK;
  }

  private String reply(String question) throws InterruptedException {
    if (ByteBufUtil.utf8Bytes(question) > MAX_BYTES) {
      throw new LaunchException(
          ExitCode.USAGE, "a datagram carries at most " + MAX_BYTES + " bytes");
    }
    CompletableFuture<String> reply = new CompletableFuture<>();
    Pipeline pipeline =
        Pipeline.builder().handler("reply", () -> new Reply(reply)).build();
    // the socket is connected: that is how the kernel tells us when nothing listens there
    try (UdpClient client =
        UdpClient.builder().remote(peer.host(), peer.port()).pipeline(pipeline).build()) {
      Channel channel = client.open();
      channel.writeAndFlush(ByteBufUtil.writeUtf8(channel.alloc(), question)).addListener(sent -> {
        if (!sent.isSuccess()) {
          reply.completeExceptionally(sent.cause());
        }
      });
      return reply.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new LaunchException(
          ExitCode.TIMED_OUT,
          "no reply from %s within %d ms".formatted(peer, timeout.toMillis()),
          e);
    } catch (ExecutionException e) {
      throw new ConnectFailedException(
          peer.toString(), "no datagram gets there; nothing listens", e.getCause());
    }
  }

  private static final class Reply extends SimpleChannelInboundHandler<DatagramPacket> {

    private final CompletableFuture<String> reply;

    Reply(CompletableFuture<String> reply) {
      this.reply = reply;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      int length = datagram.content().readableBytes();
      reply.complete("%s %d bytes: %s"
          .formatted(
              Addresses.text(datagram.sender()),
              length,
              Escaped.bytes(datagram.content(), length)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      reply.completeExceptionally(cause);
    }
  }
}
