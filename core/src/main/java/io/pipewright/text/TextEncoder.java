package io.pipewright.text;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;

/** Text to bytes. The buffer has room for a short terminator, so that framing need not copy it. */
final class TextEncoder extends ChannelOutboundHandlerAdapter {

  static final int TERMINATOR_ROOM = 4;

  /** Above, counting the bytes first costs less than setting aside three for each character. */
  private static final int LONG_TEXT = 1_024;

  private final TextCodec codec;

  /** Made for the first text; null for ever in UTF-8, which has a shorter way. */
  private BufferEncoder encoder;

  TextEncoder(TextCodec codec) {
    this.codec = codec;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (!(msg instanceof CharSequence text)) {
      ctx.write(msg, promise);
      return;
    }
    ByteBuf out;
    try {
      out = encode(ctx.alloc(), text);
    } catch (MalformedTextException e) {
      promise.tryFailure(e);
      ctx.close();
      return;
    }
    ctx.write(out, promise);
  }

  private ByteBuf encode(ByteBufAllocator alloc, CharSequence text) {
    if (codec.charset().equals(StandardCharsets.UTF_8)) {
      return utf8(alloc, text);
    }
    if (encoder == null) {
      encoder = new BufferEncoder(codec.charset(), codec.badBytes());
    }
    return encoder.encode(alloc, text);
  }

  private ByteBuf utf8(ByteBufAllocator alloc, CharSequence text) {
    int bytes =
        text.length() > LONG_TEXT ? ByteBufUtil.utf8Bytes(text) : ByteBufUtil.utf8MaxBytes(text);
    ByteBuf out = alloc.buffer(bytes + TERMINATOR_ROOM);
    ByteBufUtil.writeUtf8(out, text);
    // a '?' may stand for half of a surrogate pair; without one, the text need not be searched
    if (codec.badBytes() == BadBytes.CLOSE
        && out.indexOf(out.readerIndex(), out.writerIndex(), (byte) '?') >= 0) {
      int half = halfPair(text);
      if (half >= 0) {
        out.release();
        throw MalformedTextException.unmappable(codec.charset(), text.charAt(half));
      }
    }
    return out;
  }

  private static int halfPair(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(Character.codePointAt(text, i))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
