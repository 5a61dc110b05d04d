package io.pipewright.framing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.testkit.DecoderVerifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What the tests of all framings need. */
final class FramingTesting {

  private FramingTesting() {}

  static DecoderVerifier decoding(Framing framing, String input) {
    return DecoderVerifier.of(() -> framing.newDecoder().orElseThrow(), input);
  }

  static DecoderVerifier decoding(Framing framing, byte[] input) {
    return DecoderVerifier.of(() -> framing.newDecoder().orElseThrow(), input);
  }

  static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }

  static ByteBuf buffer(String latin1) {
    return Unpooled.copiedBuffer(latin1, StandardCharsets.ISO_8859_1);
  }

  static EmbeddedChannel decoder(Framing framing) {
    return new EmbeddedChannel(framing.newDecoder().orElseThrow());
  }

  static EmbeddedChannel encoder(Framing framing) {
    return new EmbeddedChannel(framing.newEncoder().orElseThrow());
  }

  /** What the message becomes on the wire, however many writes that takes; null for no write. */
  static String encoded(Framing framing, String message) {
    EmbeddedChannel channel = encoder(framing);
    ByteBuf body = buffer(message);
    ChannelFuture write = channel.writeAndFlush(body);
    channel.runPendingTasks();
    assertThat(write.isSuccess()).isTrue();
    String bytes = outbound(channel);
    assertThat(body.refCnt()).isZero();
    assertThat(channel.finish()).isFalse();
    return bytes;
  }

  /** Why the message is refused; it has to be released, and nothing sent. */
  static Throwable refusal(Framing framing, String message) {
    EmbeddedChannel channel = encoder(framing);
    ByteBuf body = buffer(message);
    ChannelFuture write = channel.writeAndFlush(body);
    assertThat(write.isDone()).isTrue();
    assertThat(body.refCnt()).isZero();
    assertThat(channel.outboundMessages()).isEmpty();
    assertThat(channel.isOpen()).isTrue();
    channel.close();
    return write.cause();
  }

  static String outbound(EmbeddedChannel channel) {
    StringBuilder bytes = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      bytes.append(part.toString(StandardCharsets.ISO_8859_1));
      part.release();
    }
    return bytes.toString();
  }

  static String inbound(EmbeddedChannel channel) {
    ByteBuf frame = channel.readInbound();
    if (frame == null) {
      return null;
    }
    String bytes = frame.toString(StandardCharsets.ISO_8859_1);
    frame.release();
    return bytes;
  }

  /** Remembers the exceptions that reach it, and passes on all else. */
  static final class Errors extends ChannelInboundHandlerAdapter {

    final List<Throwable> seen = new ArrayList<>();

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      seen.add(cause);
    }
  }
}
