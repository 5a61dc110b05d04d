package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/** Frames of one length, without header or terminator. */
final class FixedDecoder extends FrameDecoder {

  private final int frameBytes;

  FixedDecoder(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  @Override
  protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
    int missing = frameBytes - seen;
    return to - from < missing ? INCOMPLETE : from + missing;
  }

  @Override
  protected int mostBytes() {
    return frameBytes;
  }
}
