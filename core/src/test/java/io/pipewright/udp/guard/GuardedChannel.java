package io.pipewright.udp.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An echo behind a guard on a channel that is bound to an address, with a clock that is moved by hand. */
final class GuardedChannel extends EmbeddedChannel {

  static final int PORT = 7788;

  private final InetSocketAddress bound;
  final Map<String, Integer> refused = new HashMap<>();
  private long now = TimeUnit.DAYS.toNanos(1);

  GuardedChannel(ReflectionGuardBuilder guard) {
    this(guard, "192.0.2.1");
  }

  GuardedChannel(ReflectionGuardBuilder guard, String address) {
    super(false, false);
    bound = new InetSocketAddress(address, PORT);
    GuardShare share = new GuardShare(guard.build(), () -> now);
    pipeline()
        .addLast(share.newHandler(reason -> refused.merge(reason, 1, Integer::sum)))
        .addLast(new SimpleChannelInboundHandler<DatagramPacket>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
            ctx.write(new DatagramPacket(datagram.content().retain(), datagram.sender()));
          }

          @Override
          public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
          }
        });
    try {
      register();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected SocketAddress localAddress0() {
    return bound;
  }

  void pass(long time, TimeUnit unit) {
    now += unit.toNanos(time);
  }

  static DatagramPacket datagram(String text, InetSocketAddress from) {
    return new DatagramPacket(
        Unpooled.copiedBuffer(text, UTF_8), new InetSocketAddress("192.0.2.1", PORT), from);
  }

  /** Sends one datagram in a batch of its own, and tells whether it was answered. */
  boolean answers(String text, String address, int port) {
    writeInbound(datagram(text, new InetSocketAddress(address, port)));
    return takeAnswers() == 1;
  }

  boolean answers(String text, String address) {
    return answers(text, address, 40_000);
  }

  int takeAnswers() {
    int answers = 0;
    for (DatagramPacket answer = readOutbound(); answer != null; answer = readOutbound()) {
      answer.release();
      answers++;
    }
    return answers;
  }

  int refused(Refusal refusal) {
    return refused.getOrDefault(refusal.reason(), 0);
  }
}
