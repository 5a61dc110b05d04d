package io.pipewright.udp.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** A socket whose datagrams are handed in and taken out by the test, with sessions that echo, on a clock moved by hand. */
final class EmbeddedSocket extends EmbeddedChannel {

  static final InetSocketAddress HERE = new InetSocketAddress("192.0.2.1", 7788);

  final Map<String, Integer> dropped = new HashMap<>();
  final List<Channel> sessions = new ArrayList<>();
  final List<Object> events = new ArrayList<>();
  final SessionCounts counts = new SessionCounts(reason -> dropped.merge(reason, 1, Integer::sum));

  /** Echoes, as long as it is told to, and remembers its channel and what happens to it. */
  final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      sessions.add(ctx.channel());
      ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      events.add(event);
      ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      events.add(ctx.channel().isWritable() ? "writable" : "unwritable");
    }
  }

  EmbeddedSocket(SessionPolicy.Builder policy) {
    this(policy, null);
  }

  /**
   * @param pipeline of the sessions; {@code null} for an echo
   */
  EmbeddedSocket(SessionPolicy.Builder policy, Pipeline pipeline) {
    freezeTime();
    Pipeline each = pipeline != null
        ? pipeline
        : Pipeline.builder().framing(Framing.none()).handler("echo", Echo::new).build();
    pipeline()
        .addLast(new ChannelOutboundHandlerAdapter())
        .addLast(Sessions.newHandler(
            policy.build(), each, counts, LoggerFactory.getLogger(EmbeddedSocket.class)));
  }

  static InetSocketAddress peer(int port) {
    return new InetSocketAddress("198.51.100.7", port);
  }

  static DatagramPacket datagram(String text, InetSocketAddress from) {
    return new DatagramPacket(Unpooled.copiedBuffer(text, UTF_8), HERE, from);
  }

  /** Sends these texts in one batch. */
  void receive(int port, String... texts) {
    Object[] batch = new Object[texts.length];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = datagram(texts[i], peer(port));
    }
    writeInbound(batch);
  }

  /** What was sent since, as {@code port:text}. */
  List<String> sent() {
    List<String> sent = new ArrayList<>();
    for (DatagramPacket out = readOutbound(); out != null; out = readOutbound()) {
      ByteBuf content = out.content();
      sent.add(out.recipient().getPort() + ":" + content.toString(UTF_8));
      out.release();
    }
    return sent;
  }

  int dropped(String reason) {
    return dropped.getOrDefault(reason, 0);
  }
}
