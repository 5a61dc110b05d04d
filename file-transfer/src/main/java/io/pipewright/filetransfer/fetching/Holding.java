package io.pipewright.filetransfer.fetching;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/** What one is to bring: windows that it was asked for, and the rest of its stretch. */
final class Holding {

  private final BitSet done;

  private final Deque<BlockRange> asked = new ArrayDeque<>();
  private Stretch rest;

  /**
   * @param done the blocks that are here; the map's own
   */
  Holding(BitSet done) {
    this.done = done;
  }

  /** What it owns and has not been asked for; {@code null} or empty if it owns nothing. */
  Stretch rest() {
    return rest;
  }

  void own(Stretch stretch) {
    rest = stretch;
  }

  /** What it was asked for; some of it may be here. */
  Iterable<BlockRange> asked() {
    return asked;
  }

  /** Is asked for blocks that it does not own. */
  void add(BlockRange window) {
    asked.add(window);
  }

  /** Whether there is something to ask for; what has come meanwhile, asked of somebody who had left, is passed over. */
  boolean hasRest() {
    if (rest != null) {
      rest.passOver(done);
    }
    return rest != null && rest.count() > 0;
  }

  /** Takes a window from the front of the rest, of which there must be some. */
  BlockRange ask(int most) {
    prune();
    BlockRange window = rest.take(most, done);
    asked.add(window);
    return window;
  }

  /** Forgets windows that are here. */
  private void prune() {
    asked.removeIf(window -> done.nextClearBit(window.first()) >= window.end());
  }

  boolean isAsked(int block) {
    return windowOf(block) != null;
  }

  private BlockRange windowOf(int block) {
    for (BlockRange window : asked) {
      if (window.contains(block)) {
        return window;
      }
    }
    return null;
  }

  /** The last block that is not here, nor among those. */
  int lastNotIn(BitSet raced) {
    int last = -1;
    for (BlockRange window : asked) {
      for (int block = window.end() - 1; block >= window.first() && block > last; block--) {
        if (!done.get(block) && !raced.get(block)) {
          last = block;
        }
      }
    }
    return last;
  }

  /** Cuts a block out of the windows; returns whether it was in one. */
  boolean forget(int block) {
    BlockRange window = windowOf(block);
    if (window == null) {
      return false;
    }
    asked.remove(window);
    if (block > window.first()) {
      asked.add(new BlockRange(window.first(), block));
    }
    if (block + 1 < window.end()) {
      asked.add(new BlockRange(block + 1, window.end()));
    }
    return true;
  }
}
