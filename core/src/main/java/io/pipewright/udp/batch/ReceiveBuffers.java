package io.pipewright.udp.batch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The memory into which one channel receives its batches: one buffer with a slot for each datagram, used for every read. A slot
 * takes the largest datagram, and of one that is small only its own pages are ever touched: 32 slots of 64 KiB cost 2 MiB of
 * address space, and with small datagrams 128 KiB of memory.
 *
 * <p>What a read is offered follows what the last ones brought, up to all slots, since Netty prepares each one that is offered.
 *
 * <p>The datagrams are slices of the buffer. If one of a batch is still held when the next batch is read, it keeps its buffer, a
 * new one takes its place, and for a while {@link #copies()} tells whoever hands out datagrams to hand out copies: so a handler
 * that holds datagrams for long pins a few buffers at most, whatever it holds. The while doubles each time.
 *
 * <p>Confined to the channel's event loop.
 */
public final class ReceiveBuffers implements RecvByteBufAllocator {

  private static final int FIRST_COPIED_READS = 1_024;
  private static final int MOST_COPIED_READS = 1 << 20;
  private static final int CACHE_LINE_BYTES = 64;
  private static final int FEWEST_OFFERED = 4;
  private static final int NEARING = 8;

  /** In tests each buffer is watched; elsewhere a watched one, by chance one in 128, would slow its socket for ever. */
  private static final ByteBufAllocator MEMORY = new UnpooledByteBufAllocator(
      true, ResourceLeakDetector.getLevel().compareTo(ResourceLeakDetector.Level.ADVANCED) < 0);

  private final int slotBytes;
  private final int slots;
  private ByteBuf buffer;
  private int offered;
  private int nextCopiedReads = FIRST_COPIED_READS;
  private int copiedReads;
  private boolean closed;

  /**
   * Allocates nothing yet.
   *
   * @param datagramBytes what a slot has to take, 1 or more
   * @param datagrams how many slots, 1 or more
   */
  public ReceiveBuffers(int datagramBytes, int datagrams) {
    this.slotBytes = slotBytes(datagramBytes);
    this.slots = datagrams;
    this.offered = Math.min(FEWEST_OFFERED, datagrams);
  }

  /** An odd number of cache lines: slots of a power of two would compete for the same few places of the cache. */
  private static int slotBytes(int datagramBytes) {
    int lines = (datagramBytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES;
    return (lines | 1) * CACHE_LINE_BYTES;
  }

  /** What Netty is to take for the largest datagram: the distance of the slots. */
  public int slotBytes() {
    return slotBytes;
  }

  /** Whether datagrams that are handed out now are to be copies, so that nobody holds the buffer. */
  public boolean copies() {
    return copiedReads > 0;
  }

  /** Lets go of the memory when the channel is closed; what handlers still hold stays theirs. */
  public void close() {
    closed = true;
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
  }

  /**
   * As {@link #close()}, for a check whose datagrams are all released.
   *
   * @return how many slices Netty has lost, which would keep a buffer for ever; they are released by force
   */
  int closeAndCountLost() {
    int lost = buffer == null ? 0 : buffer.refCnt() - 1;
    if (lost > 0) {
      buffer.release(lost);
    }
    close();
    return lost;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new OneRead();
  }

  private ByteBuf next() {
    if (closed) {
      return newBuffer(); // a handler has closed the channel in the middle of a read
    }
    if (buffer == null) {
      buffer = newBuffer();
    } else if (buffer.refCnt() > 1) {
      buffer.release();
      buffer = newBuffer();
      copiedReads = nextCopiedReads;
      nextCopiedReads = Math.min(2 * nextCopiedReads, MOST_COPIED_READS);
    } else if (copiedReads > 0) {
      copiedReads--;
    }
    int unoffered = (slots - offered) * slotBytes;
    return buffer.setIndex(unoffered, unoffered).retain();
  }

  /**
   * Each slot that is offered costs some dozen nanoseconds, used or not; a batch that fills all of them may have been cut short. So
   * what is offered doubles at once, and otherwise nears a quarter more than what comes.
   */
  private void cameAtOnce(int datagrams) {
    if (datagrams >= offered) {
      offered = Math.min(2 * offered, slots);
      return;
    }
    int enough = Math.max(datagrams + datagrams / 4 + 1, FEWEST_OFFERED);
    if (enough < offered) {
      offered -= (offered - enough + NEARING - 1) / NEARING;
    }
  }

  private ByteBuf newBuffer() {
    return MEMORY.directBuffer(slots * slotBytes);
  }

  /** One batch and no more until the handlers have seen it and flushed: then its buffer is free again. */
  private final class OneRead implements ExtendedHandle {

    private int lastBytesRead;
    private int attemptedBytesRead;

    @Override
    public ByteBuf allocate(ByteBufAllocator ignored) {
      return next();
    }

    @Override
    public int guess() {
      return slots * slotBytes;
    }

    @Override
    public void reset(ChannelConfig config) {
      lastBytesRead = 0;
      attemptedBytesRead = 0;
    }

    @Override
    public void incMessagesRead(int messages) {
      cameAtOnce(messages);
    }

    @Override
    public void lastBytesRead(int bytes) {
      lastBytesRead = bytes;
    }

    @Override
    public int lastBytesRead() {
      return lastBytesRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attemptedBytesRead = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attemptedBytesRead;
    }

    @Override
    public boolean continueReading() {
      return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return false;
    }

    @Override
    public void readComplete() {
      // all is said by then
    }
  }
}
