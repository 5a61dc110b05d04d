package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.link.GetEnd;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.PartFile;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection at work for one file: it is asked for a window of blocks, and for the next one before the first has come.
 * Confined to the event loop on which the download decides, but for what its connection's event loop and the disk tell it.
 */
final class Source {

  private static final int MOST_WINDOWS = 2;

  private final Mirror mirror;
  private final Link link;
  private final Workplace workplace;
  private final BlockFetch fetch;
  private final long openedNanos;
  private final Goodput goodput;
  private final AtomicLong fetchedBytes = new AtomicLong();
  private int windows;
  private boolean retired;
  private boolean gone;

  Source(Mirror mirror, Link link, Workplace workplace, BlockFetch fetch) {
    this.mirror = mirror;
    this.link = link;
    this.workplace = workplace;
    this.fetch = fetch;
    this.openedNanos = workplace.nanoTime().getAsLong();
    this.goodput = new Goodput(openedNanos);
  }

  Mirror mirror() {
    return mirror;
  }

  /** When it began. */
  long openedNanos() {
    return openedNanos;
  }

  /** Whether it is to be asked for another window now. */
  boolean isHungry() {
    return !gone && !retired && windows < MOST_WINDOWS;
  }

  /** Whether nothing that it was asked for is still to come. */
  boolean isIdle() {
    return windows == 0;
  }

  /** It is asked for nothing more. */
  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  /** Bytes a second at this moment. */
  double bytesPerSecond() {
    goodput.sample(workplace.nanoTime().getAsLong(), fetchedBytes.get());
    return goodput.bytesPerSecond();
  }

  /** How many bytes of content it has brought, right or wrong. */
  long fetchedBytes() {
    return fetchedBytes.get();
  }

  /** On the connection's event loop. */
  void fetched(int bytes) {
    fetchedBytes.lazySet(fetchedBytes.getPlain() + bytes); // nobody else writes it
  }

  /** It is to be asked for a window soon, for which {@link #ask} follows. */
  void expect() {
    windows++;
  }

  /** Asks for a window. */
  void ask(BlockRange window, PartFile part) {
    long offset = Blocks.offset(window.first());
    long end = Math.min(part.size(), Blocks.offset(window.end()));
    Request.Get get = new Request.Get(
        mirror.name(), Optional.of(mirror.version()), offset, OptionalLong.of(end - offset));
    link.connection().get(get, new BlockReceiver(this, link, part)).whenComplete((ended, cause) -> {
      if (cause != null) {
        link.disk().abandon(); // the block in which the connection broke
      }
      workplace.decide(() -> ended(ended, cause));
    });
  }

  private void ended(GetEnd end, Throwable cause) {
    windows--;
    if (gone) {
      return;
    }
    if (cause != null) {
      fetch.lost(this, Causes.of(cause));
    } else if (!end.isComplete()) {
      fetch.refused(this, end.failure().orElseThrow());
    } else {
      fetch.windowEnded(this);
    }
  }

  /** From a disk thread: what became of a block. */
  void settled(int block, int sum, BlockOutcome outcome) {
    workplace.decide(() -> fetch.settled(this, block, sum, outcome));
  }

  /** It takes no further part: the connection is kept for others if nothing is owed on it. */
  void leave() {
    if (!gone) {
      gone = true;
      if (windows == 0) {
        mirror.server().giveBack(link);
      } else {
        link.connection().close();
      }
    }
  }
}
