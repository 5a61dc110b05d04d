package io.pipewright.filetransfer.fetching;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which blocks of a file are here, which are asked for and of whom, and which nobody has been asked for yet. Nobody is asked for
 * a block that is here, and no two for the same one unless they are made to {@link #race}.
 *
 * <pre>
 *   free ──claim──► owned ──claim──► asked ──done──► done
 *     ▲               │                │
 *     └───────────────┴────release─────┘      (a block that came wrong is free again, too)
 * </pre>
 *
 * <p>Whoever asks owns a stretch of neighbouring blocks, of which it asks for a window at a time, from its front. Whoever comes
 * later takes the second half of the largest stretch that is still unasked.
 *
 * <p>Memory: three bits a block, and a few words for each stretch. Not thread-safe.
 *
 * @param <S> who asks
 */
final class BlockMap<S> {

  /**
   * How long it takes until a block comes.
   *
   * @param <S> of whom it was asked
   */
  interface Expectation<S> {

    /** In how many seconds somebody brings a block; infinite for never. */
    double of(S who, int block);
  }

  private static final int MOST_LOOKED_AT = 64;

  private final int blocks;
  private final BitSet done;
  private final BitSet raced = new BitSet();
  private final List<Stretch> free = new ArrayList<>();
  private final Map<S, Holding> holdings = new LinkedHashMap<>();
  private int doneCount;

  /**
   * @param blocks how many there are
   * @param done which of them are here already; copied
   */
  BlockMap(int blocks, BitSet done) {
    this.blocks = blocks;
    this.done = done.get(0, blocks);
    this.doneCount = this.done.cardinality();
    for (int first = this.done.nextClearBit(0); first < blocks; ) {
      int end = nextDone(first);
      free.add(new Stretch(first, end));
      first = this.done.nextClearBit(end);
    }
    Collections.reverse(free); // so that of equal ones the foremost is taken first
  }

  private int nextDone(int from) {
    int next = done.nextSetBit(from);
    return next < 0 ? blocks : next;
  }

  /** How many blocks are here. */
  int doneCount() {
    return doneCount;
  }

  /** Whether all are. */
  boolean isComplete() {
    return doneCount == blocks;
  }

  boolean isDone(int block) {
    return done.get(block);
  }

  /** Whether there are blocks that nobody has been asked for. */
  boolean hasUnasked() {
    return !free.isEmpty() || holdings.values().stream().anyMatch(Holding::hasRest);
  }

  /**
   * Takes the next window for somebody: from its own stretch; else from a free one; else from the second half of another's.
   *
   * @param who will ask for it
   * @param most how many blocks it may be, 1 or more
   * @return the window, or {@code null} if nothing is unasked
   */
  BlockRange claim(S who, int most) {
    Holding holding = holdings.computeIfAbsent(who, unknown -> new Holding(done));
    while (!holding.hasRest() && !free.isEmpty()) {
      holding.own(freeStretch());
    }
    if (!holding.hasRest()) {
      holding.own(halfOfLargest(holding));
    }
    return holding.hasRest() ? holding.ask(most) : null;
  }

  /** The largest of those looked at: an earlier download may have left a hole at every second block. */
  private Stretch freeStretch() {
    int best = -1;
    for (int i = free.size() - 1; i >= 0 && i >= free.size() - MOST_LOOKED_AT; i--) {
      if (best < 0 || free.get(i).count() > free.get(best).count()) {
        best = i;
      }
    }
    return free.remove(best);
  }

  private Stretch halfOfLargest(Holding taker) {
    Holding largest = null;
    for (Holding other : holdings.values()) {
      if (other != taker
          && other.hasRest()
          && (largest == null || other.rest().count() > largest.rest().count())) {
        largest = other;
      }
    }
    return largest == null ? null : largest.rest().cutSecondHalf();
  }

  /**
   * A block is here, verified.
   *
   * @return whether that is news
   */
  boolean done(int block) {
    if (done.get(block)) {
      return false;
    }
    done.set(block);
    raced.clear(block);
    doneCount++;
    return true;
  }

  /** A block that was taken to be here is not. */
  void lost(int block) {
    if (done.get(block)) {
      done.clear(block);
      doneCount--;
      freeUnlessHeld(block);
    }
  }

  /**
   * A block that somebody was asked for did not come, or came wrong: whoever comes next may be asked for it, unless somebody else
   * is asked already.
   */
  void again(S who, int block) {
    Holding holding = holdings.get(who);
    if (holding != null && holding.forget(block)) {
      letGo(block);
    }
  }

  /**
   * Has somebody be asked for one certain block that is free.
   *
   * @return the block as a window; {@code null} if it is not free
   */
  BlockRange claimOne(S who, int block) {
    for (int i = free.size() - 1; i >= 0; i--) {
      Stretch stretch = free.get(i);
      if (block == stretch.end() - 1) {
        stretch.shrink();
        if (stretch.count() == 0) {
          free.remove(i);
        }
        BlockRange window = new BlockRange(block, block + 1);
        holdings.computeIfAbsent(who, unknown -> new Holding(done)).add(window);
        return window;
      }
    }
    return null;
  }

  /** Somebody has been made to bring it no longer; others may still be asked for it. */
  private void letGo(int block) {
    if (raced.get(block)) {
      raced.set(block, holders(block).count() > 1);
    }
    freeUnlessHeld(block);
  }

  private void freeUnlessHeld(int block) {
    if (!done.get(block) && holders(block).findAny().isEmpty()) {
      addFree(block);
    }
  }

  private Stream<S> holders(int block) {
    return holdings.entrySet().stream()
        .filter(entry -> entry.getValue().isAsked(block))
        .map(Map.Entry::getKey);
  }

  private void addFree(int block) {
    int last = free.size() - 1;
    if (last >= 0 && free.get(last).end() == block) {
      free.get(last).grow();
    } else {
      free.add(new Stretch(block, block + 1));
    }
  }

  /** Somebody is asked no more: what it owned or was asked for, and is not here, is free. */
  void release(S who) {
    Holding holding = holdings.remove(who);
    if (holding == null) {
      return;
    }
    for (BlockRange window : holding.asked()) {
      for (int block = window.first(); block < window.end(); block++) {
        letGo(block);
      }
    }
    if (holding.hasRest()) {
      free.add(holding.rest());
    }
  }

  /**
   * Has somebody with nothing to do bring, too, the block that would else come last: whoever brings it first has done it.
   *
   * @param racer has nothing unasked left, and is asked for nothing
   * @param secondsUntil how long one that was asked still needs for a block
   * @param leastSeconds a block that somebody brings sooner is left alone
   * @return the block, now asked of one more; {@code null} if all come soon
   */
  BlockRange race(S racer, Expectation<S> secondsUntil, double leastSeconds) {
    int last = -1;
    double latest = leastSeconds;
    for (Map.Entry<S, Holding> holding : holdings.entrySet()) {
      int block = holding.getValue().lastNotIn(raced);
      double seconds = block < 0 ? 0 : secondsUntil.of(holding.getKey(), block);
      if (seconds > latest) {
        latest = seconds;
        last = block;
      }
    }
    for (int block = raced.nextSetBit(0); block >= 0; block = raced.nextSetBit(block + 1)) {
      double seconds = soonest(block, secondsUntil);
      if (seconds > latest) {
        latest = seconds;
        last = block;
      }
    }
    if (last < 0) {
      return null;
    }
    raced.set(last);
    BlockRange window = new BlockRange(last, last + 1);
    holdings.computeIfAbsent(racer, unknown -> new Holding(done)).add(window);
    return window;
  }

  private double soonest(int block, Expectation<S> secondsUntil) {
    return holders(block).mapToDouble(who -> secondsUntil.of(who, block)).min().orElse(0);
  }

  /** Whether a block that is not here is asked of several. */
  boolean isRaced(int block) {
    return raced.get(block);
  }
}
