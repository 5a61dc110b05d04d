package io.pipewright.text;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Each buffer is a text of its own. */
final class FrameTextDecoder extends TextDecoder {

  private final TextCodec codec;

  FrameTextDecoder(TextCodec codec) {
    this.codec = codec;
  }

  @Override
  void decode(ChannelHandlerContext ctx, ByteBuf in) {
    String text = string(in, codec.charset());
    if (codec.badBytes() == BadBytes.CLOSE && !isSurelyGood(text)) {
      StreamDecoder strict = new StreamDecoder(codec.charset(), BadBytes.CLOSE);
      strict.decode(bytes(in));
      strict.finish();
      if (strict.failure() != null) {
        fail(ctx, "", strict.failure());
        return;
      }
    }
    ctx.fireChannelRead(text);
  }
}
