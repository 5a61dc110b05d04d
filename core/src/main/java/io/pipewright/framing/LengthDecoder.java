package io.pipewright.framing;

import io.netty.buffer.ByteBuf;

/** Frames that a length field precedes. A bad field is refused before any of the body is held. */
final class LengthDecoder extends FrameDecoder {

  private static final int UNKNOWN = -1;

  private final LengthField field;
  private final int maxBytes;

  /** The part of a field that reads have cut, and how many bytes of it came. */
  private long partialField;

  private int partialBytes;

  /** Field and body of the current frame, once its field is read. */
  private int frameBytes = UNKNOWN;

  LengthDecoder(LengthField field, int maxBytes) {
    this.field = field;
    this.maxBytes = maxBytes;
  }

  @Override
  protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
    if (frameBytes == UNKNOWN && !readField(in, from, to, seen)) {
      return INCOMPLETE;
    }
    int missing = frameBytes - seen;
    if (to - from < missing) {
      return INCOMPLETE;
    }
    frameBytes = UNKNOWN;
    return from + missing;
  }

  private boolean readField(ByteBuf in, int from, int to, int seen) {
    if (seen == 0 && to - from >= field.bytes()) {
      announce(field.get(in, from));
      return true;
    }
    for (int i = from; i < to && partialBytes < field.bytes(); i++) {
      partialField = field.accumulate(partialField, partialBytes++, in.getByte(i));
    }
    if (partialBytes < field.bytes()) {
      return false;
    }
    long value = partialField;
    partialField = 0;
    partialBytes = 0;
    announce(value);
    return true;
  }

  private void announce(long value) {
    long body = field.bodyBytes(value);
    if (body > maxBytes) {
      throw new FrameTooLongException(maxBytes, body);
    }
    frameBytes = field.bytes() + (int) body;
  }

  @Override
  protected int mostBytes() {
    return frameBytes == UNKNOWN ? field.bytes() : frameBytes;
  }

  @Override
  protected int headBytes() {
    return field.bytes();
  }
}
