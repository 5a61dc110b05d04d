package io.pipewright.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawBytesTest {

  private static final LengthFraming FRAMING = Framing.lengthPrefix(1).maxLength(100);

  /** A frame "+5" announces five raw bytes; what is no header is noted in one line with what stood before it. */
  private static final class Reader extends ChannelInboundHandlerAdapter {
    private final List<String> seen = new ArrayList<>();
    private final StringBuilder raw = new StringBuilder();
    private int missing;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      ByteBuf in = (ByteBuf) msg;
      String text = in.toString(StandardCharsets.US_ASCII);
      in.release();
      if (missing > 0) {
        missing -= text.length();
        raw.append(text);
        if (missing == 0) {
          seen.add("raw " + raw);
          raw.setLength(0);
        }
      } else {
        seen.add("frame " + text);
        if (text.startsWith("+")) {
          missing = Integer.parseInt(text.substring(1));
          RawBytes.expect(ctx, missing);
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      seen.add(cause.getMessage());
    }
  }

  private final Reader reader = new Reader();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(FRAMING.newDecoder().orElseThrow(), reader);

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void bytesThatAFrameAnnouncesAreHandedOnAsTheyAreHoweverTheReadsAreCut() {
    String stream = "\2+3\3\3\3\1a\2+0\1b\3+12Hello, worldX".replace("X", "\1c");
    for (int size = 1; size <= stream.length(); size++) {
      reader.seen.clear();
      for (int from = 0; from < stream.length(); from += size) {
        channel.writeInbound(bytes(stream.substring(from, Math.min(stream.length(), from + size))));
      }
      assertThat(reader.seen)
          .as("reads of %d bytes", size)
          .containsExactly(
              "frame +3",
              "raw \3\3\3",
              "frame a",
              "frame +0",
              "frame b",
              "frame +12",
              "raw Hello, world",
              "frame c");
    }
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void anInputThatEndsInRawBytesIsAnErrorOnce() {
    channel.writeInbound(bytes("\2+9abc"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    channel.finish();

    assertThat(reader.seen)
        .containsExactly(
            "frame +9", "the input ended 6 bytes before the end of what the last frame announced");
  }

  @Test
  void rawBytesAreWrittenUnframedAmongFrames() {
    EmbeddedChannel sender = new EmbeddedChannel(FRAMING.newEncoder().orElseThrow());
    sender.writeOutbound(bytes("+3"), RawBytes.of(bytes("abc")), bytes("x"));
    StringBuilder sent = new StringBuilder();
    for (ByteBuf out = sender.readOutbound(); out != null; out = sender.readOutbound()) {
      sent.append(out.toString(StandardCharsets.US_ASCII));
      out.release();
    }

    assertThat(sent).hasToString("\2+3abc\1x");
    assertThat(sender.finish()).isFalse();
  }

  @Test
  void aMistakeOfTheHandlerIsToldToIt() {
    ChannelHandlerContext ctx = channel.pipeline().context(reader);
    assertThatIllegalArgumentException().isThrownBy(() -> RawBytes.expect(ctx, -1));

    channel.writeInbound(bytes("\5ab"));
    assertThatIllegalStateException()
        .isThrownBy(() -> RawBytes.expect(ctx, 1))
        .withMessageContaining("a frame has begun");
    channel.finish();

    EmbeddedChannel bare = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    assertThatIllegalStateException()
        .isThrownBy(() -> RawBytes.expect(bare.pipeline().firstContext(), 1));
    bare.finish();
  }
}
