package io.pipewright.filetransfer.saving;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who writes which block of a part file: one at a time, so that bytes of which nothing is known never overwrite bytes that have been
 * verified. Thread-safe.
 */
final class BlockWriters {

  private final PartFile part;
  private final Map<Integer, Turn> turns = new HashMap<>();

  BlockWriters(PartFile part) {
    this.part = part;
  }

  /** The right to write a block as its bytes come; nothing if somebody has it, or the block is verified. */
  synchronized Optional<Turn> begin(int block) {
    if (turns.containsKey(block) || part.isVerified(block)) {
      return Optional.empty();
    }
    return Optional.of(take(block));
  }

  /** The right to write a block whose bytes are known to be right, taken from whoever has it; nothing if it is verified. */
  Optional<Turn> overrule(int block) {
    Turn before;
    Turn turn;
    synchronized (this) {
      if (part.isVerified(block)) {
        return Optional.empty();
      }
      before = turns.get(block);
      turn = take(block);
    }
    if (before != null) {
      before.lose();
    }
    return part.isVerified(block) ? turn.giveBack() : Optional.of(turn);
  }

  private Turn take(int block) {
    Turn turn = new Turn(block);
    turns.put(block, turn);
    return turn;
  }

  /** The right to write a block, until it is given back or lost. */
  final class Turn {

    private final int block;
    private boolean over;

    private Turn(int block) {
      this.block = block;
    }

    /** Writes, unless the turn is lost: what is written and what overrules it never overlap. Returns whether it was not. */
    synchronized boolean write(DiskCall.Step write) {
      if (!over) {
        DiskCall.run(part::path, write);
      }
      return !over;
    }

    /** Says that the block is right; returns whether the turn was not lost. */
    synchronized boolean verified(int sum) {
      if (!over) {
        part.verified(block, sum);
        giveBack();
      }
      return !over;
    }

    Optional<Turn> giveBack() {
      synchronized (BlockWriters.this) {
        turns.remove(block, this);
      }
      return Optional.empty();
    }

    private synchronized void lose() {
      over = true;
    }
  }
}
