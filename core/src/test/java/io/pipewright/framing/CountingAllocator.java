package io.pipewright.framing;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/**
 * Knows how much of it is in use, and wraps nothing for leak detection: so what looks at a buffer's
 * kind sees what it sees in production.
 */
final class CountingAllocator extends AbstractByteBufAllocator {

  private long allocated;
  private int allocations;

  CountingAllocator() {
    super(false);
  }

  /** How many bytes are in use now. */
  long allocated() {
    return allocated;
  }

  /** How often memory was asked for, growth of a buffer included. */
  int allocations() {
    return allocations;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return new Counted(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return newHeapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  private final class Counted extends UnpooledHeapByteBuf {

    Counted(int initialCapacity, int maxCapacity) {
      super(CountingAllocator.this, initialCapacity, maxCapacity);
    }

    @Override
    protected byte[] allocateArray(int initialCapacity) {
      allocations++;
      allocated += initialCapacity;
      return new byte[initialCapacity];
    }

    @Override
    protected void freeArray(byte[] array) {
      allocated -= array.length;
    }
  }
}
