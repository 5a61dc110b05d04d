package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.link.GetEnd;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.PartFile;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * One connection at work for one file: it is asked for a window of blocks, and for the next one before the first has come.
 * Confined to the event loop on which the download decides, but for what its connection's event loop tells it.
 */
final class Source {

  /** Whose blocks it brings. */
  interface Owner {

    /** All of a window has come over the line. */
    void windowEnded(Source source);

    /** What became of a block. */
    void settled(Source source, int block, int sum, BlockOutcome outcome);

    /** The connection broke. */
    void lost(Source source, Throwable cause);

    /** The server ended an answer early. */
    void refused(Source source, RemoteFailure failure);
  }

  private static final int MOST_WINDOWS = 2;

  /** For so long it must have been at work before anybody can tell how fast it is. */
  private static final Duration JUDGED_AFTER = Duration.ofMillis(500);

  private final Mirror mirror;
  private final Link link;
  private final Workplace workplace;
  private final long fileBytes;
  private final Owner owner;
  private final long openedNanos;
  private final long pausesBefore;
  private final Goodput goodput = new Goodput(0);
  private final AtomicLong fetchedBytes = new AtomicLong();
  private final Deque<BlockRange> expected = new ArrayDeque<>();
  private final Deque<BlockRange> asked = new ArrayDeque<>(); // in the order in which they come
  private long endedBytes;
  private long busyNanos;
  private long busySinceNanos;
  private long retiredNanos;
  private boolean retired;
  private boolean gone;

  Source(Mirror mirror, Link link, Workplace workplace, long fileBytes, Owner owner) {
    this.mirror = mirror;
    this.link = link;
    this.workplace = workplace;
    this.fileBytes = fileBytes;
    this.owner = owner;
    this.openedNanos = now();
    this.pausesBefore = link.pauses();
  }

  private long now() {
    return workplace.nanoTime().getAsLong();
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
    return !gone && !retired && expected.size() + asked.size() < MOST_WINDOWS;
  }

  /** Whether nothing that it was asked for is still to come. */
  boolean isIdle() {
    return expected.isEmpty() && asked.isEmpty();
  }

  /** It is asked for nothing more. */
  void retire() {
    retired = true;
    retiredNanos = now();
  }

  boolean isRetired() {
    return retired;
  }

  /** How long ago it was retired, which it must have been. */
  Duration retiredFor() {
    return Duration.ofNanos(now() - retiredNanos);
  }

  /** How much to ask of it at a time. */
  int windowBlocks() {
    return Window.blocks(isJudged() ? bytesPerSecond() : 0);
  }

  /** Takes note of how far it is; to be called several times a second. */
  void sample() {
    goodput.sample(workNanos(), fetchedBytes.get());
  }

  /** Bytes a second over the last two seconds or so in which it had something to bring. */
  double bytesPerSecond() {
    sample();
    return goodput.bytesPerSecond();
  }

  /** Whether it has been at work long enough to tell how fast it is. */
  boolean isJudged() {
    return workNanos() >= JUDGED_AFTER.toNanos();
  }

  /** For how long it has had something to bring. */
  private long workNanos() {
    return busyNanos + (isIdle() ? 0 : now() - busySinceNanos);
  }

  /** How long it would take at its speed to bring all that it was asked for; infinite if nothing comes. */
  double secondsForAll() {
    return secondsFor(owed().mapToLong(this::bytes).sum());
  }

  /** How long it would take at its speed to bring a block that it was asked for, and all that comes before it. */
  double secondsUntil(int block) {
    long before = 0;
    for (BlockRange window : owed().toList()) {
      if (window.contains(block)) {
        return secondsFor(before + bytes(new BlockRange(window.first(), block + 1)));
      }
      before += bytes(window);
    }
    return 0; // it has come, and the disk has it
  }

  private Stream<BlockRange> owed() {
    return Stream.concat(asked.stream(), expected.stream());
  }

  /** For the first so many bytes of what it was asked for. */
  private double secondsFor(long bytes) {
    long missing = Math.max(0, endedBytes + bytes - fetchedBytes.get());
    return missing == 0 ? 0 : missing / bytesPerSecond();
  }

  private long bytes(BlockRange blocks) {
    return Math.min(fileBytes, Blocks.offset(blocks.end())) - Blocks.offset(blocks.first());
  }

  /** How many bytes of content it has brought, right or wrong. */
  long fetchedBytes() {
    return fetchedBytes.get();
  }

  /** How often it has had to wait for the disk. */
  long pauses() {
    return link.pauses() - pausesBefore;
  }

  /** On the connection's event loop. */
  void fetched(int bytes) {
    fetchedBytes.lazySet(fetchedBytes.getPlain() + bytes); // nobody else writes it
  }

  /** It is to be asked for a window soon, for which {@link #ask} follows. */
  void expect(BlockRange window) {
    if (isIdle()) {
      busySinceNanos = now();
    }
    expected.add(window);
  }

  /** Asks for a window. */
  void ask(BlockRange window, PartFile part) {
    expected.removeFirstOccurrence(window);
    asked.add(window);
    Request.Get get = new Request.Get(
        mirror.name(),
        Optional.of(mirror.version()),
        Blocks.offset(window.first()),
        OptionalLong.of(bytes(window)));
    link.connection().get(get, new BlockReceiver(this, link, part)).whenComplete((ended, cause) -> {
      if (cause != null) {
        link.disk().abandon(); // the block in which the connection broke
      }
      workplace.decide(() -> ended(window, ended, cause));
    });
  }

  private void ended(BlockRange window, GetEnd end, Throwable cause) {
    long work = workNanos();
    asked.removeFirstOccurrence(window);
    endedBytes += bytes(window);
    if (isIdle()) {
      busyNanos = work;
    }
    if (gone) {
      return;
    }
    if (cause != null) {
      owner.lost(this, Causes.of(cause));
    } else if (!end.isComplete()) {
      owner.refused(this, end.failure().orElseThrow());
    } else {
      owner.windowEnded(this);
    }
  }

  /** On the connection's event loop: what became of a block. */
  void settled(int block, int sum, BlockOutcome outcome) {
    workplace.decide(() -> owner.settled(this, block, sum, outcome));
  }

  /** It takes no further part: the connection is kept for others if nothing is owed on it. */
  void leave() {
    if (!gone) {
      gone = true;
      if (isJudged()) {
        mirror.brought(bytesPerSecond());
      }
      if (isIdle()) {
        mirror.server().giveBack(link);
      } else {
        link.connection().close();
      }
    }
  }
}
