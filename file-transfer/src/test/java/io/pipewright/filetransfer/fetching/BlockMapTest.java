package io.pipewright.filetransfer.fetching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockMapTest {

  private static final int BLOCKS = 100;

  private final BlockMap<String> map = new BlockMap<>(BLOCKS, new BitSet());

  @Test
  void theFirstToComeOwnsAllAndIsAskedForAWindowAtATime() {
    assertThat(map.claim("a", 10)).isEqualTo(new BlockRange(0, 10));
    assertThat(map.claim("a", 4)).isEqualTo(new BlockRange(10, 14));
  }

  @Test
  void whoComesLaterTakesTheSecondHalfOfWhatIsUnasked() {
    map.claim("a", 10);
    assertThat(map.claim("b", 5)).isEqualTo(new BlockRange(55, 60));
    assertThat(map.claim("c", 5)).isEqualTo(new BlockRange(32, 37));
    assertThat(map.claim("a", 50)).isEqualTo(new BlockRange(10, 32));
  }

  @Test
  void whoHasFinishedItsOwnStretchHelpsWithTheLargestOfTheOthers() {
    map.claim("a", 10);
    map.claim("b", BLOCKS);
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(32, 55));
  }

  @Test
  void nothingIsAskedForTwiceAndEverythingOnce() {
    BitSet asked = new BitSet();
    Random random = new Random(7);
    for (BlockRange window = map.claim("a", 1); window != null; ) {
      for (int block = window.first(); block < window.end(); block++) {
        assertThat(asked.get(block)).isFalse();
        asked.set(block);
      }
      window = map.claim("who" + random.nextInt(9), 1 + random.nextInt(5));
    }
    // what some own and did not ask for themselves was taken by others
    assertThat(asked.cardinality() + restOfAll()).isEqualTo(BLOCKS);
    assertThat(map.hasUnasked()).isFalse();
  }

  private int restOfAll() {
    int rest = 0;
    for (int i = 0; i < 9; i++) {
      for (BlockRange w = map.claim("who" + i, 50); w != null; w = map.claim("who" + i, 50)) {
        rest += w.count();
      }
    }
    return rest;
  }

  @Test
  void blocksThatAreHereAreNeverAskedFor() {
    BitSet here = new BitSet();
    here.set(0, 3);
    here.set(50, 60);
    here.set(99);
    BlockMap<String> resumed = new BlockMap<>(BLOCKS, here);
    assertThat(resumed.doneCount()).isEqualTo(14);
    List<BlockRange> windows = new ArrayList<>();
    for (BlockRange w = resumed.claim("a", 64); w != null; w = resumed.claim("a", 64)) {
      windows.add(w);
    }
    assertThat(windows).containsExactlyInAnyOrder(new BlockRange(3, 50), new BlockRange(60, 99));
  }

  @Test
  void whatSomebodyLeavesBehindIsAskedOfOthers() {
    map.claim("a", 10);
    map.done(0);
    map.done(1);
    map.release("a");
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(10, 100));
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(2, 10));
    assertThat(map.claim("b", BLOCKS)).isNull();
  }

  @Test
  void aBlockThatCameWrongIsAskedForAgain() {
    map.claim("a", BLOCKS);
    map.again("a", 7);
    assertThat(map.claim("a", 64)).isEqualTo(new BlockRange(7, 8));
  }

  @Test
  void aBlockThatCameWrongCanBeAskedOfSomebodyCertain() {
    map.claim("a", BLOCKS);
    map.again("a", 7);
    assertThat(map.claimOne("b", 8)).isNull();
    assertThat(map.claimOne("b", 7)).isEqualTo(new BlockRange(7, 8));
    assertThat(map.claim("a", 64)).isNull();
  }

  @Test
  void atTheEndTheIdleRaceForWhatWouldComeLast() {
    map.claim("slow", 98);
    map.claim("fast", 1);
    map.claim("fast", 1);
    map.done(98);
    map.done(99);
    assertThat(map.claim("fast", 4)).isNull();
    assertThat(race("fast")).isEqualTo(new BlockRange(97, 98));
    assertThat(race("fast")).isEqualTo(new BlockRange(96, 97));
    assertThat(map.isRaced(97)).isTrue();
    assertThat(map.done(97)).isTrue();
    assertThat(map.done(97)).isFalse();
    assertThat(map.isRaced(97)).isFalse();
  }

  /** Among those of whom one is slow, takes a second for a block; and the others bring any block at once, but for "dead". */
  private BlockRange race(String racer) {
    return map.race(
        racer,
        (who, block) -> switch (who) {
          case "slow" -> 1 + block;
          case "dead" -> Double.POSITIVE_INFINITY;
          default -> 0;
        },
        2);
  }

  @Test
  void whatComesSoonIsNotRacedFor() {
    map.claim("slow", 2);
    for (int block = 2; block < BLOCKS; block++) {
      map.done(block);
    }
    assertThat(race("fast")).isNull();
  }

  @Test
  void aBlockThatADeadRacerWasAskedForIsRacedForByAnother() {
    map.claim("slow", BLOCKS);
    assertThat(race("dead")).isEqualTo(new BlockRange(99, 100));
    assertThat(race("fast")).isEqualTo(new BlockRange(99, 100));
    assertThat(race("faster")).isEqualTo(new BlockRange(98, 99));
  }

  @Test
  void aRacedBlockThatOneOfTheTwoGivesUpIsStillAskedOfTheOther() {
    map.claim("slow", BLOCKS);
    race("fast");
    map.release("fast");
    assertThat(map.hasUnasked()).isFalse();
    assertThat(map.isRaced(99)).isFalse();
    assertThat(race("other")).isEqualTo(new BlockRange(99, 100));
    map.release("slow");
    assertThat(map.claim("other", BLOCKS)).isEqualTo(new BlockRange(0, 99));
  }

  @Test
  void aBlockThatComesAlthoughWhoeverWasAskedHasLeftIsNotAskedForAgain() {
    map.claim("a", 10);
    map.release("a");
    map.done(3);
    map.done(20);
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(10, 20));
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(21, 100));
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(0, 3));
    assertThat(map.claim("b", BLOCKS)).isEqualTo(new BlockRange(4, 10));
    assertThat(map.claim("b", BLOCKS)).isNull();
  }

  @Test
  void aBlockThatWasTakenToBeHereAndIsNotIsAskedFor() {
    BitSet here = new BitSet();
    here.set(0, BLOCKS);
    BlockMap<String> resumed = new BlockMap<>(BLOCKS, here);
    assertThat(resumed.isComplete()).isTrue();
    resumed.lost(17);
    resumed.lost(18);
    resumed.lost(40);
    assertThat(resumed.isComplete()).isFalse();
    assertThat(resumed.claim("a", 9)).isEqualTo(new BlockRange(17, 19));
    assertThat(resumed.claim("a", 9)).isEqualTo(new BlockRange(40, 41));
  }

  @Test
  void itIsCompleteWhenEveryBlockIsHere() {
    for (int block = 0; block < BLOCKS; block++) {
      assertThat(map.isComplete()).isFalse();
      map.done(block);
    }
    assertThat(map.isComplete()).isTrue();
    assertThat(new BlockMap<String>(0, new BitSet()).isComplete()).isTrue();
  }
}
