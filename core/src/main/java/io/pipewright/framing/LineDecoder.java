package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/** Lines that end in LF or CRLF. A CR that no LF follows is content. */
final class LineDecoder extends FrameDecoder {

  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private final int maxBytes;
  private final boolean keepTerminator;

  /** Whether the unfinished line's last byte is a CR, which an LF may turn into a terminator. */
  private boolean endsInCr;

  LineDecoder(int maxBytes, boolean keepTerminator) {
    this.maxBytes = maxBytes;
    this.keepTerminator = keepTerminator;
  }

  @Override
  protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
    int lf = in.indexOf(from, to, LF);
    boolean found = lf >= 0;
    int end = found ? lf : to;
    boolean cr = end > from ? in.getByte(end - 1) == CR : endsInCr;
    long content = (long) seen + (end - from) - (cr ? 1 : 0);
    if (content > maxBytes) {
      throw new FrameTooLongException(maxBytes, found ? content : FrameTooLongException.UNKNOWN);
    }
    endsInCr = cr && !found;
    return found ? lf + 1 : INCOMPLETE;
  }

  @Override
  protected int mostBytes() {
    return maxBytes + 2;
  }

  @Override
  protected int tailBytes(ByteBuf raw, int from, int to) {
    if (keepTerminator) {
      return 0;
    }
    return to - from >= 2 && raw.getByte(to - 2) == CR ? 2 : 1;
  }
}
