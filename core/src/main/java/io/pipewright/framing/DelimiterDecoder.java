package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/** Frames that end in a delimiter of one byte or more. */
final class DelimiterDecoder extends FrameDecoder {

  private final Delimiter delimiter;
  private final int maxBytes;
  private final boolean keepDelimiter;

  /** How many of the delimiter's bytes the unfinished frame ends in. */
  private int matched;

  DelimiterDecoder(Delimiter delimiter, int maxBytes, boolean keepDelimiter) {
    this.delimiter = delimiter;
    this.maxBytes = maxBytes;
    this.keepDelimiter = keepDelimiter;
  }

  @Override
  protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
    int m = matched;
    int i = from;
    while (i < to) {
      if (m == 0) {
        i = in.indexOf(i, to, delimiter.first());
        if (i < 0) {
          break;
        }
      }
      m = delimiter.advance(m, in.getByte(i++));
      if (m == delimiter.length()) {
        check((long) seen + (i - from) - m, true);
        matched = 0;
        return i;
      }
    }
    check((long) seen + (to - from) - m, false);
    matched = m;
    return INCOMPLETE;
  }

  /** What a delimiter has begun to match may still turn out not to be content. */
  private void check(long content, boolean complete) {
    if (content > maxBytes) {
      throw new FrameTooLongException(maxBytes, complete ? content : FrameTooLongException.UNKNOWN);
    }
  }

  @Override
  protected int mostBytes() {
    return maxBytes + delimiter.length();
  }

  @Override
  protected int tailBytes(ByteBuf raw, int from, int to) {
    return keepDelimiter ? 0 : delimiter.length();
  }
}
