package io.pipewright.text;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Buffers are parts of one long text, cut anywhere. */
final class StreamTextDecoder extends TextDecoder {

  private final TextCodec codec;

  /** Made for the first buffer that may end within a character: many connections never need it. */
  private StreamDecoder stream;

  /** Whether the current batch of reads brought bytes, and whether any of them became text. */
  private boolean fed;

  private boolean handedOn;

  StreamTextDecoder(TextCodec codec) {
    this.codec = codec;
  }

  @Override
  void decode(ChannelHandlerContext ctx, ByteBuf in) {
    if (!in.isReadable()) {
      return;
    }
    fed = true;
    if (isComplete(in)) {
      String text = string(in, codec.charset());
      if (codec.badBytes() == BadBytes.REPLACE || isSurelyGood(text)) {
        handedOn = true;
        ctx.fireChannelRead(text);
        return;
      }
    }
    if (stream == null) {
      stream = new StreamDecoder(codec.charset(), codec.badBytes());
    }
    handOn(ctx, stream.decode(bytes(in)));
  }

  /** Whether the bytes begin and end with whole characters, in the charsets where that is easy. */
  private boolean isComplete(ByteBuf in) {
    Charset charset = codec.charset();
    if (charset.equals(StandardCharsets.UTF_8)) {
      boolean endsInAscii = in.getByte(in.writerIndex() - 1) >= 0;
      return endsInAscii && (stream == null || !stream.midCharacter());
    }
    return charset.equals(StandardCharsets.ISO_8859_1) || charset.equals(StandardCharsets.US_ASCII);
  }

  private void handOn(ChannelHandlerContext ctx, String text) {
    if (stream.failure() != null) {
      fail(ctx, text, stream.failure());
    } else if (!text.isEmpty()) {
      handedOn = true;
      ctx.fireChannelRead(text);
    }
  }

  /** Asks for more when a reader that reads on demand has got nothing from what it asked for. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    boolean starved = fed && !handedOn && !failed();
    fed = false;
    handedOn = false;
    if (starved && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      endOfInput(ctx);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    endOfInput(ctx);
    ctx.fireChannelInactive();
  }

  private void endOfInput(ChannelHandlerContext ctx) {
    if (stream != null && !failed()) {
      String rest = stream.finish();
      handOn(ctx, rest);
    }
  }

  /** What is left of a cut character goes on as bytes: the successor may know better. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (stream != null && stream.midCharacter() && !failed()) {
      ctx.fireChannelRead(Unpooled.wrappedBuffer(stream.carried()));
      ctx.fireChannelReadComplete();
    }
  }
}
