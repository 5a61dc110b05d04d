package io.pipewright.udp.batch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Memory out of which one channel takes a piece for each burst, from front to back, and again from the front as soon as every
 * piece has been sent. Pieces are slices, released by whoever takes them. Confined to the channel's event loop.
 */
final class SendBuffer {

  private static final int BYTES = 128 * 1024;

  private ByteBuf buffer;
  private int used;

  /**
   * Room for a burst, empty. What of it is not used goes back with {@link #keep}.
   *
   * @param bytes at most 128 KiB
   */
  ByteBuf take(ByteBufAllocator memory, int bytes) {
    if (buffer != null && used > 0 && buffer.refCnt() == 1) {
      used = 0;
    }
    if (buffer == null || used + bytes > BYTES) {
      release();
      buffer = memory.directBuffer(BYTES, BYTES);
    }
    return buffer.retainedSlice(used, bytes).clear();
  }

  /** Of the piece that was taken last, so many bytes are in use. */
  void keep(int bytes) {
    used += bytes;
  }

  void release() {
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
    used = 0;
  }
}
