package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.pipewright.PipewrightException;

/** Ends each message with LF or CRLF; refuses one that would be read as two, or as another. */
final class LineEncoder extends TerminatorEncoder {

  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private final int maxBytes;
  private final boolean crlf;

  LineEncoder(int maxBytes, boolean crlf) {
    super(crlf ? new byte[] {CR, LF} : new byte[] {LF});
    this.maxBytes = maxBytes;
    this.crlf = crlf;
  }

  @Override
  PipewrightException refusal(ByteBuf body) {
    int length = body.readableBytes();
    if (length > maxBytes) {
      return new FrameTooLongException(maxBytes, length);
    }
    int end = body.writerIndex();
    if (body.indexOf(body.readerIndex(), end, LF) >= 0) {
      return new UnframeableMessageException(
          length, "it contains a line feed and would be read as several lines");
    }
    if (!crlf && length > 0 && body.getByte(end - 1) == CR) {
      return new UnframeableMessageException(
          length, "it ends in a carriage return, which would be read as part of the line's end");
    }
    return null;
  }
}
