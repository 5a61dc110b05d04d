package io.pipewright.filetransfer.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;

/** Both ends of the dialect as handlers and channels, and bytes as tests write them. */
final class Wire {

  private static final HexFormat HEX = HexFormat.of();

  private Wire() {}

  static EmbeddedChannel server() {
    return new EmbeddedChannel(new Stack(NativeFraming.SERVER, new RequestCodec()));
  }

  static EmbeddedChannel client() {
    return new EmbeddedChannel(new Stack(NativeFraming.CLIENT, new AnswerCodec()));
  }

  /** A server's decoders in one. */
  static ChannelHandler requests() {
    return new Stack(NativeFraming.SERVER, new RequestCodec());
  }

  /** A client's decoders in one; the bytes behind a DATA come as one buffer, however the reads were cut. */
  static ChannelHandler answers() {
    return new Stack(NativeFraming.CLIENT, new AnswerCodec(), new Joiner());
  }

  /** The same with those bytes as they come. */
  static ChannelHandler rawAnswers() {
    return new Stack(NativeFraming.CLIENT, new AnswerCodec());
  }

  /** Bytes from hexadecimal digits; spaces between them are welcome. */
  static byte[] hex(String... digits) {
    return HEX.parseHex(String.join("", digits).replace(" ", ""));
  }

  /** A field. */
  static String field(int id, String hexValue) {
    return "%02x%04x%s".formatted(id, hex(hexValue).length, hexValue);
  }

  /** A field of text. */
  static String text(int id, String value) {
    return field(id, HEX.formatHex(value.getBytes(UTF_8)));
  }

  /** The bytes of a frame. */
  static byte[] frame(String... hexBody) {
    byte[] body = hex(hexBody);
    return hex("%08x".formatted(body.length), HEX.formatHex(body));
  }

  /** The next message that a channel has read; null if there is none. */
  static Object next(EmbeddedChannel channel) {
    return channel.readInbound();
  }

  /** What a channel has written so far, as one array. */
  static byte[] written(EmbeddedChannel channel) {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      all.writeBytes(next);
      next.release();
    }
    return ByteBufUtil.getBytes(all);
  }

  /** Stands for the handlers of a framing and what comes behind it. */
  private static final class Stack extends ChannelInboundHandlerAdapter {

    private final NativeFraming framing;
    private final ChannelHandler[] behind;

    Stack(NativeFraming framing, ChannelHandler... behind) {
      this.framing = framing;
      this.behind = behind;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      for (int i = behind.length - 1; i >= 0; i--) {
        ctx.pipeline().addAfter(ctx.name(), null, behind[i]);
      }
      ctx.pipeline().addAfter(ctx.name(), null, framing.newEncoder().orElseThrow());
      ctx.pipeline().addAfter(ctx.name(), null, framing.newDecoder().orElseThrow());
    }
  }

  private static final class Joiner extends ChannelDuplexHandler {

    private int missing;
    private ByteBuf joined;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Answer answer && AnswerCodec.rawBytes(answer) > 0) {
        missing = AnswerCodec.rawBytes(answer);
        joined = ctx.alloc().buffer(missing);
        ctx.fireChannelRead(answer);
      } else if (message instanceof ByteBuf piece) {
        missing -= piece.readableBytes();
        joined.writeBytes(piece);
        piece.release();
        if (missing == 0) {
          ByteBuf whole = joined;
          joined = null;
          ctx.fireChannelRead(whole);
        }
      } else {
        ctx.fireChannelRead(message);
      }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      if (joined != null) {
        joined.release();
      }
    }
  }
}
