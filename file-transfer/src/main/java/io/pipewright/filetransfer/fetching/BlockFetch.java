package io.pipewright.filetransfer.fetching;

import io.netty.util.concurrent.ScheduledFuture;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.PartFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Brings the blocks of one file together from its mirrors: opens connections, asks each for windows, asks again for what comes
 * wrong or not at all. Confined to the event loop on which the download decides.
 */
final class BlockFetch {

  /** Is told how it ends, once. */
  interface Ending {

    /** Every block is here. */
    void complete();

    /** It cannot go on. */
    void failed(Throwable reason);

    /** A mirror is asked no more; others may be left. */
    void left(Mirror mirror, Throwable cause);
  }

  private static final Duration TICK = Duration.ofMillis(100);
  private static final int TRIES_A_MIRROR = 3;

  private final Workplace workplace;
  private final String name;
  private final PartFile part;
  private final Telling telling;
  private final Ending ending;
  private final List<Mirror> mirrors = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final BlockMap<Source> map;
  private final BitSet rechecked;
  private final Map<Integer, Integer> badTries = new HashMap<>();
  private final ConnectionCount count;
  private ScheduledFuture<?> tick;
  private long verifiedBytes;
  private long fetchedBefore;
  private boolean rechecking;
  private boolean over;

  /**
   * @param part open; what it claims is read again meanwhile
   * @param servers how many mirrors there may be
   */
  BlockFetch(
      Workplace workplace,
      String name,
      PartFile part,
      int servers,
      Telling telling,
      Ending ending) {
    this.workplace = workplace;
    this.name = name;
    this.part = part;
    this.telling = telling;
    this.ending = ending;
    this.rechecked = part.claimedBlocks();
    this.map = new BlockMap<>(part.blocks(), rechecked);
    this.count = new ConnectionCount(workplace.settings().connections(), servers, now());
  }

  /** Begins; mirrors may have joined. */
  void start() {
    long interval = TICK.toNanos();
    tick =
        workplace.loop().scheduleAtFixedRate(this::tick, interval, interval, TimeUnit.NANOSECONDS);
    if (!rechecked.isEmpty()) {
      rechecking = true;
      workplace.disk().execute(this::recheck);
    }
    adjust();
    finishIfComplete();
  }

  /** On a disk thread. */
  private void recheck() {
    try {
      part.recheck(bytes -> {});
      workplace.decide(this::recheckEnded);
    } catch (RuntimeException e) {
      workplace.decide(() -> fail(e));
    }
  }

  private void recheckEnded() {
    rechecking = false;
    rechecked.stream().filter(block -> !part.isVerified(block)).forEach(map::lost);
    verifiedBytes = part.verifiedBytes();
    feedAll();
    finishIfComplete();
  }

  /** A mirror's bytes may be asked for from now on. */
  void join(Mirror mirror) {
    mirror.join();
    mirrors.add(mirror);
    if (tick != null) {
      adjust();
    }
  }

  /** How many bytes of content have come over the line. */
  long fetchedBytes() {
    return fetchedBefore + sources.stream().mapToLong(Source::fetchedBytes).sum();
  }

  /** How many bytes are on the disk and right. */
  long verifiedBytes() {
    return verifiedBytes;
  }

  private long now() {
    return workplace.nanoTime().getAsLong();
  }

  private void tick() {
    if (over) {
      return;
    }
    if (telling.progressIsDue()) {
      tellOfProgress();
    }
    count.decide(now(), fetchedBytes(), part.size() - verifiedBytes);
    adjust();
    feedAll();
  }

  /** Tells how far it is. */
  void tellOfProgress() {
    OptionalLong size = OptionalLong.of(part.size());
    telling.tell(
        new DownloadEvent.Progress(name, size, verifiedBytes, fetchedBytes(), sources.size()));
  }

  /** Opens connections that are missing, and has those end that are too many. */
  private void adjust() {
    int there = mirrors.stream().mapToInt(Mirror::connections).sum();
    for (; there < count.wanted(); there++) {
      Mirror mirror = mirrors.stream()
          .filter(Mirror::mayOpen)
          .min(Comparator.comparingInt(Mirror::connections))
          .orElse(null);
      if (mirror == null) {
        return;
      }
      open(mirror);
    }
    long working = sources.stream().filter(source -> !source.isRetired()).count();
    for (int i = sources.size() - 1; i > 0 && working > count.wanted(); i--) {
      if (!sources.get(i).isRetired()) {
        sources.get(i).retire();
        working--;
      }
    }
  }

  private void open(Mirror mirror) {
    mirror.opening();
    long openedNanos = now();
    mirror
        .server()
        .take()
        .whenComplete(
            (link, cause) -> workplace.decide(() -> opened(mirror, link, openedNanos, cause)));
  }

  private void opened(Mirror mirror, Link link, long openedNanos, Throwable cause) {
    if (over || mirror.hasLeft()) {
      if (link != null) {
        mirror.server().giveBack(link);
      }
    } else if (cause != null) {
      mirror.closed();
      failed(mirror, openedNanos, Causes.of(cause));
    } else {
      Source source = new Source(mirror, link, workplace, this);
      sources.add(source);
      feed(source);
    }
  }

  private void feedAll() {
    for (Source source : List.copyOf(sources)) {
      feed(source);
    }
  }

  /** Asks a connection for as much as it should be asked for now. */
  private void feed(Source source) {
    while (!over && source.isHungry()) {
      BlockRange window = map.claim(source, Window.blocks(source.bytesPerSecond()));
      if (window == null && source.isIdle()) {
        window = race(source);
      }
      if (window == null) {
        return;
      }
      source.ask(window, part);
    }
    if (source.isRetired() && source.isIdle()) {
      drop(source);
    }
  }

  /** With nothing left to ask for, the idle bring what the slowest would bring last. */
  private BlockRange race(Source racer) {
    Source slowest = null;
    double longest = 2 * secondsFor(racer, 1);
    for (Source other : sources) {
      double seconds = other == racer ? 0 : secondsFor(other, map.outstanding(other));
      if (seconds > longest) {
        longest = seconds;
        slowest = other;
      }
    }
    return slowest == null ? null : map.race(racer, slowest);
  }

  private static double secondsFor(Source source, int blocks) {
    double bytesPerSecond = Math.max(1, source.bytesPerSecond());
    return (double) blocks * Blocks.BYTES / bytesPerSecond;
  }

  /** A window has come. */
  void windowEnded(Source source) {
    feed(source);
  }

  /** What became of a block. */
  void settled(Source source, int block, int sum, BlockOutcome outcome) {
    if (over) {
      return;
    }
    if (outcome instanceof BlockOutcome.NotWritten notWritten) {
      fail(notWritten.cause());
    } else if (outcome instanceof BlockOutcome.WrongSum) {
      badBlock(source, block);
    } else if (outcome instanceof BlockOutcome.Verified && map.done(block)) {
      verifiedBytes += Blocks.length(block, part.size());
      source.mirror().retries().progress();
      finishIfComplete();
    }
  }

  private void badBlock(Source source, int block) {
    telling.tell(new DownloadEvent.BadBlock(name, block, source.mirror().endpoint()));
    map.again(source, block);
    long ready = mirrors.stream().filter(Mirror::isReady).count();
    int tries = badTries.merge(block, 1, Integer::sum);
    if (tries >= TRIES_A_MIRROR * Math.max(1, ready)) {
      fail(IntegrityException.ofBlock(name, block, tries));
      return;
    }
    for (Source other : sources) {
      BlockRange window = other.mirror() == source.mirror() ? null : map.claimOne(other, block);
      if (window != null) {
        other.ask(window, part);
        return;
      }
    }
    feedAll();
  }

  /** A connection broke. */
  void lost(Source source, Throwable cause) {
    Mirror mirror = source.mirror();
    drop(source);
    failed(mirror, source.openedNanos(), cause);
  }

  /** A server ended an answer early. */
  void refused(Source source, RemoteFailure failure) {
    Mirror mirror = source.mirror();
    if (Causes.isBusy(failure) && mirror.connections() > 1) {
      drop(source);
      mirror.full();
      count.refused(mirrors.stream().mapToInt(Mirror::connections).sum(), now(), fetchedBytes());
      feedAll();
    } else {
      lost(source, failure);
    }
  }

  private void drop(Source source) {
    map.release(source);
    sources.remove(source);
    fetchedBefore += source.fetchedBytes();
    source.leave();
    source.mirror().closed();
  }

  private void failed(Mirror mirror, long openedNanos, Throwable cause) {
    if (over || mirror.hasLeft()) {
      return;
    }
    Optional<Duration> delay = mirror.retries().failed(openedNanos, cause);
    if (delay.isEmpty()) {
      leave(mirror, cause);
      return;
    }
    telling.tell(new DownloadEvent.Retrying(
        name,
        mirror.endpoint(),
        String.valueOf(cause.getMessage()),
        delay.get(),
        mirror.retries().failures()));
    workplace.loop().schedule(this::adjustUnlessOver, delay.get().toNanos(), TimeUnit.NANOSECONDS);
    adjust();
    feedAll();
  }

  private void adjustUnlessOver() {
    if (!over) {
      adjust();
    }
  }

  /** A mirror is asked no more. */
  void leave(Mirror mirror, Throwable cause) {
    mirror.leave();
    for (Source source : List.copyOf(sources)) {
      if (source.mirror() == mirror) {
        drop(source);
      }
    }
    ending.left(mirror, cause);
    if (!over) {
      adjust();
      feedAll();
    }
  }

  private void finishIfComplete() {
    if (!over && !rechecking && map.isComplete()) {
      stop();
      ending.complete();
    }
  }

  private void fail(Throwable reason) {
    if (!over) {
      stop();
      ending.failed(reason);
    }
  }

  /** Ends it; connections on which nothing is owed are kept for others. Without effect when it has ended. */
  void stop() {
    if (over) {
      return;
    }
    over = true;
    if (tick != null) {
      tick.cancel(false);
    }
    List.copyOf(sources).forEach(this::drop);
    mirrors.stream().filter(mirror -> !mirror.hasLeft()).forEach(Mirror::leave);
  }
}
