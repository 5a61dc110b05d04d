package io.pipewright.shaping;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * A channel's own way to size reads, less what a rate does not allow: one read is a slice at most, and a batch of reads ends
 * when what it brought, or was answered, has to be waited for. Without it a channel reads up to 16 × 64 KiB before anybody is asked. It works
 * if it is there before the first read; a handler that comes later pays for larger reads by waiting longer.
 */
final class BoundedReads implements MaxMessagesRecvByteBufAllocator {

  private final MaxMessagesRecvByteBufAllocator sizes;
  private final ShapingHandler shaping;

  private BoundedReads(MaxMessagesRecvByteBufAllocator sizes, ShapingHandler shaping) {
    this.sizes = sizes;
    this.shaping = shaping;
  }

  static void of(ChannelConfig config, ShapingHandler shaping) {
    RecvByteBufAllocator sizes = config.getRecvByteBufAllocator();
    if (sizes instanceof MaxMessagesRecvByteBufAllocator known) {
      config.setRecvByteBufAllocator(new BoundedReads(known, shaping));
    }
  }

  @Override
  public int maxMessagesPerRead() {
    return sizes.maxMessagesPerRead();
  }

  @Override
  public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int maxMessagesPerRead) {
    sizes.maxMessagesPerRead(maxMessagesPerRead);
    return this;
  }

  @Override
  @SuppressWarnings(
      "deprecation") // Netty's interface returns its older type, and its transports demand the
  // newer one
  public Handle newHandle() {
    return new BoundedHandle((ExtendedHandle) sizes.newHandle());
  }

  private final class BoundedHandle extends DelegatingHandle implements ExtendedHandle {

    BoundedHandle(ExtendedHandle handle) {
      super(handle);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator alloc) {
      int most = shaping.mostReadBytes();
      return most < guess() ? alloc.ioBuffer(most, most) : super.allocate(alloc);
    }

    @Override
    public boolean continueReading() {
      return super.continueReading() && shaping.mayReadOn();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
      return ((ExtendedHandle) delegate()).continueReading(maybeMoreDataSupplier)
          && shaping.mayReadOn();
    }
  }
}
