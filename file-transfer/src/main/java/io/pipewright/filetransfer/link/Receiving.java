package io.pipewright.filetransfer.link;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.UncheckedBooleanSupplier;
import io.pipewright.transport.HeldRead;

/**
 * How a native connection is read from: as much at a time as the socket holds, so that what a fast line brings costs few reads and
 * a slow one little memory; and not at all while it is paused.
 *
 * <p>It stands first in the pipeline: shaping, which stands behind it, keeps its say about how much one read may bring, and what
 * TLS reads for itself is held back as well.
 */
final class Receiving extends ChannelOutboundHandlerAdapter {

  private static final int LEAST_BYTES = 4 << 10;
  private static final int FIRST_BYTES = 64 << 10;

  /** Of more, measured over loopback, a socket seldom holds enough; and every byte is still in a processor's cache when it is summed. */
  private static final int MOST_BYTES = 512 << 10;

  /** So that the connections of a loop take turns. */
  private static final int READS_IN_A_ROW = 4;

  private final HeldRead heldRead = new HeldRead();
  private boolean paused;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().config().setRecvByteBufAllocator(new Sizes());
  }

  /** A read that is under way still brings what it brings, 512 KiB at most; then nothing comes. */
  void pause() {
    paused = true;
  }

  void resume(ChannelHandlerContext ctx) {
    paused = false;
    if (heldRead.letGo(ctx.channel())) {
      ctx.read();
    }
  }

  boolean isPaused() {
    return paused;
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (paused) {
      heldRead.hold(ctx.channel());
    } else {
      ctx.read();
    }
  }

  /** Netty's adaptive sizes, and no read after one that led to a pause. */
  private final class Sizes implements MaxMessagesRecvByteBufAllocator {

    private final AdaptiveRecvByteBufAllocator adaptive =
        new AdaptiveRecvByteBufAllocator(LEAST_BYTES, FIRST_BYTES, MOST_BYTES);

    Sizes() {
      adaptive.maxMessagesPerRead(READS_IN_A_ROW);
    }

    @Override
    public int maxMessagesPerRead() {
      return adaptive.maxMessagesPerRead();
    }

    @Override
    public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int maxMessagesPerRead) {
      adaptive.maxMessagesPerRead(maxMessagesPerRead);
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's interface returns its older type
    public RecvByteBufAllocator.Handle newHandle() {
      return new PausingHandle((ExtendedHandle) adaptive.newHandle());
    }
  }

  private final class PausingHandle extends DelegatingHandle implements ExtendedHandle {

    PausingHandle(ExtendedHandle handle) {
      super(handle);
    }

    @Override
    public boolean continueReading() {
      return !paused && super.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
      return !paused && ((ExtendedHandle) delegate()).continueReading(maybeMoreDataSupplier);
    }
  }
}
