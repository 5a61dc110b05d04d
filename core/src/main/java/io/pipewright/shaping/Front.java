package io.pipewright.shaping;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;

/**
 * How much of the message in front of a queue has left in slices. A buffer knows that itself; a region only learns when the
 * socket has taken the bytes.
 */
final class Front {

  private long sent;

  /** Where a region that is being cut began, as it may have been written in part before it came here. */
  private long began;

  /** A message's bytes; 0 of what has none. */
  static long lengthOf(Object msg) {
    if (msg instanceof ByteBuf buffer) {
      return buffer.readableBytes();
    }
    return msg instanceof FileRegion region ? region.count() - region.transferred() : 0;
  }

  /** How many bytes of the message have not left yet. */
  long left(Object msg) {
    return isCut() && msg instanceof FileRegion region
        ? region.count() - began - sent
        : lengthOf(msg);
  }

  boolean isCut() {
    return sent > 0;
  }

  /** The next bytes, which are not the last, with a reference of their own. */
  Object slice(Object msg, long bytes) {
    if (msg instanceof ByteBuf buffer) {
      sent += bytes;
      return buffer.readRetainedSlice((int) bytes);
    }
    FileRegion region = (FileRegion) msg;
    began = sent == 0 ? region.transferred() : began;
    RegionSlice slice = new RegionSlice(region.retain(), began + sent, bytes);
    sent += bytes;
    return slice;
  }

  /** All that is left, with the message's own reference. */
  Object rest(Object msg) {
    return isCut() && msg instanceof FileRegion region
        ? new RegionSlice(region, began + sent, left(region))
        : msg;
  }

  /** How far the message is sent when what has been cut until now is. */
  long progress() {
    return began + sent;
  }

  /** The message's whole length. */
  long total(Object msg) {
    return msg instanceof FileRegion region ? region.count() : sent + left(msg);
  }

  /** Another message comes to the front. */
  void reset() {
    sent = 0;
    began = 0;
  }
}
