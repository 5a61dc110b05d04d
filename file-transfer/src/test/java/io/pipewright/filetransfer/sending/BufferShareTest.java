package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferShareTest {

  private static final int BLOCK = 1 << 20;
  private static final int STRETCHES = 2;

  @Test
  void givesAFewTransfersWholeBlocksAndManyShortPieces() {
    BufferShare share = new BufferShare(8 << 20);
    share.join();
    assertThat(share.stretchBytes(BLOCK)).isEqualTo(BLOCK);
    assertThat(share.stretchBytes(1_000)).as("no more than is wanted").isEqualTo(1_000);
    for (int i = 1; i < 10; i++) {
      share.join();
    }
    assertThat(share.stretchBytes(BLOCK)).isEqualTo(128 << 10);
    for (int i = 10; i < 1_000; i++) {
      share.join();
    }
    assertThat(share.stretchBytes(BLOCK)).isEqualTo(16 << 10);
    for (int i = 1; i < 1_000; i++) {
      share.leave();
    }
    assertThat(share.stretchBytes(BLOCK)).isEqualTo(BLOCK);
  }

  @Test
  void boundsWhatTransfersHoldThatComeOneAfterTheOtherAndStall() {
    long bound = 8 << 20;
    BufferShare share = new BufferShare(bound);
    long held = 0;
    for (int n = 1; n <= 200; n++) {
      share.join();
      held += (long) STRETCHES * share.stretchBytes(BLOCK);
    }
    assertThat(held).isLessThan((long) (bound * (1 + Math.log(200))));
    assertThat(held).as("half of what a JVM of 64 MiB may use").isLessThan(32 << 20);
  }
}
