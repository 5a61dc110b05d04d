package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BufferShareTest {

  private static final int BLOCK = 1 << 20;
  private static final int LEAST = 16 << 10;
  private static final long BOUND = 8 << 20; // what a JVM of 64 MiB has for this
  private static final int MANY = 200;

  private final BufferShare share = new BufferShare(BOUND);

  @Test
  void offersAPartOfWhatIsFreeAndNoMoreThanIsWanted() {
    assertThat(share.offer(BLOCK)).isEqualTo(32 << 10);
    assertThat(share.offerTheQuick(BLOCK)).isEqualTo(BLOCK);
    assertThat(share.offer(1_000)).isEqualTo(1_000);
    share.take(6 << 20);
    assertThat(share.offer(BLOCK)).as("all have to get on").isEqualTo(LEAST);
    assertThat(share.offerTheQuick(BLOCK)).isEqualTo(512 << 10);
    share.take(100_000);
    assertThat(share.offerTheQuick(BLOCK) % LEAST).isZero();
    share.take(6 << 20);
    assertThat(share.offerTheQuick(BLOCK)).isEqualTo(LEAST);
    share.letGo((12 << 20) + 100_000);
    assertThat(share.offerTheQuick(BLOCK)).isEqualTo(BLOCK);
  }

  @Test
  void leavesAQuickPeerLongPiecesBesideManyThatHaveStopped() {
    for (int i = 0; i < MANY; i++) {
      takeAll(new BufferMemory(share, new Pace()));
    }
    assertThat(share.heldBytes()).isLessThan(BOUND * 2 / 3);
    int first = new BufferMemory(share, quick()).stretchBytes(BLOCK);
    assertThat(first).isGreaterThanOrEqualTo(BLOCK / 2);
  }

  @Test
  void boundsWhatIsHeldWhenAllAreQuickAndStopAtOnce() {
    for (int i = 0; i < MANY; i++) {
      takeAll(new BufferMemory(share, quick()));
    }
    assertThat(share.heldBytes()).isLessThan(BOUND + 2 * MANY * LEAST);
  }

  /** As a transfer does that has room for so many stretches. */
  private static void takeAll(BufferMemory memory) {
    memory.take(memory.stretchBytes(BLOCK));
    if (memory.allowsReadingAhead()) {
      memory.take(memory.stretchBytes(BLOCK));
    }
  }

  static Pace quick() {
    Pace pace = new Pace();
    for (int i = 0; i < 10; i++) {
      pace.wrote(BLOCK, TimeUnit.MILLISECONDS.toNanos(1));
    }
    return pace;
  }

  @Test
  void takesAPeerForQuickWhenItHasTakenMoreThanKernelsKeepAndForSlowWhenItHasNotForASecond() {
    Pace pace = new Pace();
    for (int i = 0; i < 8; i++) {
      pace.wrote(BLOCK, 1);
      assertThat(pace.isQuick()).isFalse();
    }
    pace.wrote(1, 1);
    assertThat(pace.isQuick()).isTrue();
    pace.wrote(BLOCK, TimeUnit.MILLISECONDS.toNanos(1_001));
    assertThat(pace.isQuick()).isFalse();
  }

  @Test
  void countsWhatIsHeldUntilItIsWrittenOrDropped() {
    BufferMemory memory = new BufferMemory(share, new Pace());
    memory.take(BLOCK);
    memory.take(BLOCK);
    assertThat(share.heldBytes()).isEqualTo(2 * BLOCK);
    memory.wrote(BLOCK, 1);
    memory.letGo(BLOCK);
    assertThat(share.heldBytes()).isZero();
  }
}
