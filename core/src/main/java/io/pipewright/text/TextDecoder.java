package io.pipewright.text;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/** What both decoders share: the end after bad bytes, and the short way for complete text. */
abstract class TextDecoder extends ChannelInboundHandlerAdapter {

  private static final char REPLACEMENT = '\uFFFD';

  private static final int SCRATCH_BYTES = 8_192;

  private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
    @Override
    protected byte[] initialValue() {
      return new byte[SCRATCH_BYTES];
    }
  };

  private boolean failed;

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof ByteBuf in)) {
      ctx.fireChannelRead(msg);
      return;
    }
    try {
      if (!failed) {
        decode(ctx, in);
      }
    } finally {
      in.release();
    }
  }

  /** Hands on the text of the bytes; the caller releases them. */
  abstract void decode(ChannelHandlerContext ctx, ByteBuf in);

  /**
   * Hands on what came before bad bytes, then the exception, and closes.
   *
   * @param before an empty text is not handed on
   */
  final void fail(ChannelHandlerContext ctx, String before, MalformedTextException e) {
    failed = true;
    if (!before.isEmpty()) {
      ctx.fireChannelRead(before);
    }
    ctx.fireExceptionCaught(e);
    ctx.close();
  }

  final boolean failed() {
    return failed;
  }

  /** The JVM's own way from bytes to a string, the fastest there is; bad bytes become U+FFFD. */
  static String string(ByteBuf in, Charset charset) {
    int length = in.readableBytes();
    if (in.hasArray()) {
      return new String(in.array(), in.arrayOffset() + in.readerIndex(), length, charset);
    }
    return new String(copied(in, length), 0, length, charset);
  }

  /** The bytes in an array, where the JDK's decoders are at their fastest; valid for now only. */
  static ByteBuffer bytes(ByteBuf in) {
    int length = in.readableBytes();
    return in.hasArray()
        ? ByteBuffer.wrap(in.array(), in.arrayOffset() + in.readerIndex(), length)
        : ByteBuffer.wrap(copied(in, length), 0, length);
  }

  private static byte[] copied(ByteBuf in, int length) {
    byte[] bytes = length <= SCRATCH_BYTES ? SCRATCH.get() : new byte[length];
    in.getBytes(in.readerIndex(), bytes, 0, length);
    return bytes;
  }

  /** Whether no byte was replaced; if not, some may have been, or the peer has sent U+FFFD. */
  static boolean isSurelyGood(String text) {
    return text.indexOf(REPLACEMENT) < 0;
  }
}
