package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.pipewright.PipewrightException;

/** Ends each message with the delimiter; refuses one in which a decoder would find it earlier. */
final class DelimiterEncoder extends TerminatorEncoder {

  private final Delimiter delimiter;
  private final int maxBytes;

  DelimiterEncoder(Delimiter delimiter, int maxBytes) {
    super(delimiter.toBytes());
    this.delimiter = delimiter;
    this.maxBytes = maxBytes;
  }

  @Override
  PipewrightException refusal(ByteBuf body) {
    int length = body.readableBytes();
    if (length > maxBytes) {
      return new FrameTooLongException(maxBytes, length);
    }
    return delimiter.ends(body)
        ? null
        : new UnframeableMessageException(
            length, "with the delimiter behind it, a delimiter would be found before its end");
  }
}
