package io.pipewright.udp.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveBuffersTest {

  private final ReceiveBuffers buffers = new ReceiveBuffers(1_000, 4);
  private final RecvByteBufAllocator.ExtendedHandle handle = buffers.newHandle();

  @AfterEach
  void lets() {
    buffers.close();
  }

  /** As Netty reads: it gets the memory, hands out slices, and lets go of it. */
  private ByteBuf read() {
    ByteBuf memory = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
    memory.writerIndex(memory.capacity());
    ByteBuf datagram = memory.retainedSlice(memory.readerIndex(), 10);
    memory.release();
    return datagram;
  }

  @Test
  void theSameMemoryServesEveryReadWhoseDatagramsAreReleased() {
    ByteBuf first = read();
    long address = first.memoryAddress();
    first.release();
    for (int i = 0; i < 10; i++) {
      ByteBuf next = read();
      assertThat(next.memoryAddress()).isEqualTo(address);
      next.release();
    }
    assertThat(buffers.copies()).isFalse();
  }

  @Test
  void aHeldDatagramKeepsItsMemoryAndTheNextOnesAreToBeCopied() {
    ByteBuf held = read();
    held.setInt(0, 4711);
    ByteBuf next = read();
    next.setInt(0, 1);

    assertThat(held.getInt(0)).isEqualTo(4711);
    assertThat(buffers.copies()).isTrue();
    held.release();
    next.release();
  }

  @Test
  void whoeverHoldsEveryDatagramPinsAFewBuffersOnly() {
    List<ByteBuf> held = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      ByteBuf next = read();
      if (buffers.copies()) {
        next.release(); // it was copied, and the copy is held
      } else {
        held.add(next);
      }
    }
    assertThat(held).hasSizeLessThan(6);
    held.forEach(ByteBuf::release);
  }

  @Test
  void whatIsOfferedFollowsWhatComes() {
    ReceiveBuffers large = new ReceiveBuffers(1_000, 64);
    RecvByteBufAllocator.ExtendedHandle reads = large.newHandle();
    assertThat(offered(large, reads)).isEqualTo(4);
    for (int full = 4; full <= 64; full = Math.min(2 * full, 65)) {
      assertThat(offered(large, reads)).isEqualTo(full);
      reads.incMessagesRead(full);
    }
    assertThat(offered(large, reads)).as("never more than there are").isEqualTo(64);
    for (int i = 0; i < 1_000; i++) {
      reads.incMessagesRead(20);
    }
    assertThat(offered(large, reads)).as("a quarter more than comes").isEqualTo(26);
    for (int i = 0; i < 1_000; i++) {
      reads.incMessagesRead(1);
    }
    assertThat(offered(large, reads)).isEqualTo(4);
    large.close();
  }

  private static int offered(ReceiveBuffers buffers, RecvByteBufAllocator.ExtendedHandle reads) {
    ByteBuf memory = reads.allocate(UnpooledByteBufAllocator.DEFAULT);
    int slots = memory.writableBytes() / buffers.slotBytes();
    memory.release();
    return slots;
  }

  @Test
  void slotsTakeTheLargestDatagramAndAreNoPowerOfTwoApart() {
    assertThat(new ReceiveBuffers(65_508, 1).slotBytes()).isEqualTo(65_600);
    assertThat(new ReceiveBuffers(1, 1).slotBytes()).isEqualTo(64);
    assertThat(new ReceiveBuffers(2_048, 1).slotBytes()).isEqualTo(2_112);
  }

  @Test
  void aReadAfterTheCloseLeavesNothingBehind() {
    read().release();
    buffers.close();
    ByteBuf late = read();

    assertThat(late.refCnt()).isEqualTo(1);
    late.release();
    assertThat(late.refCnt()).isZero();
  }
}
