package io.pipewright.filetransfer.fetching;

import io.netty.util.concurrent.ScheduledFuture;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.link.LinkException;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.PartFile;
import io.pipewright.filetransfer.store.FileVersion;
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

  /** How long a mirror that could help waits for a connection of another to bring what it was asked for. */
  private static final double LONG_SECONDS = 1;

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
  private final MirrorCheck check;
  private ScheduledFuture<?> tick;
  private long verifiedBytes;
  private long fetchedBefore;
  private boolean rechecking;
  private boolean promoting;
  private boolean over;

  /**
   * @param part open; what it claims is read again meanwhile
   * @param reference whose file it is
   */
  BlockFetch(Workplace workplace, PartFile part, Mirror reference, Telling telling, Ending ending) {
    this.workplace = workplace;
    this.name = reference.name().toString();
    this.check = new MirrorCheck(workplace, part, reference);
    this.part = part;
    this.telling = telling;
    this.ending = ending;
    this.rechecked = part.claimedBlocks();
    this.map = new BlockMap<>(part.blocks(), rechecked);
    this.count = new ConnectionCount(workplace.settings().connections(), now());
  }

  /** Begins with the reference. */
  void start() {
    long interval = TICK.toNanos();
    tick =
        workplace.loop().scheduleAtFixedRate(this::tick, interval, interval, TimeUnit.NANOSECONDS);
    if (!rechecked.isEmpty()) {
      rechecking = true;
      workplace.disk().execute(this::recheck);
    }
    join(reference());
    finishIfComplete();
  }

  private Mirror reference() {
    return check.reference();
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
    if (!mirrors.isEmpty()) {
      count.serverJoined();
    }
    mirrors.add(mirror);
    if (reference().hasLeft() && !promoting) {
      promote(reference());
    } else {
      compareAll(mirror);
      adjust();
    }
  }

  /** In the background, whatever it is asked for meanwhile. */
  private void compareAll(Mirror mirror) {
    if (mirror == reference()) {
      return;
    }
    check.clearAll(mirror).whenComplete((same, cause) -> {
      if (over || mirror.hasLeft() || reference().hasLeft()) {
        return;
      }
      if (cause != null) {
        notClear(mirror, now(), Causes.of(cause));
      } else {
        note(mirror, mirror.version()); // a later run may begin with this one
      }
    });
  }

  private void note(Mirror mirror, FileVersion version) {
    String server = mirror.endpoint().toString();
    workplace.onDisk(
        () -> {
          part.addServer(server, version);
          return true;
        },
        noted -> {},
        this::fail);
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
        break;
      }
      open(mirror);
    }
    long working = sources.stream().filter(source -> !source.isRetired()).count();
    if (working > count.wanted() || (working > 1 && someoneIsLeftOut())) {
      retireOne();
    }
  }

  /** Whether a mirror brings nothing although it could. */
  private boolean someoneIsLeftOut() {
    return mirrors.stream().anyMatch(mirror -> mirror.mayOpen() && mirror.connections() == 0);
  }

  /** Ends the newest connection of those mirrors that have several, or of all. */
  private void retireOne() {
    boolean several = mirrors.stream().anyMatch(mirror -> mirror.connections() > 1);
    for (int i = sources.size() - 1; i >= 0; i--) {
      Source source = sources.get(i);
      if (!source.isRetired() && (!several || source.mirror().connections() > 1)) {
        source.retire();
        if (someoneIsLeftOut() && secondsFor(source, map.outstanding(source)) > LONG_SECONDS) {
          drop(source); // on a slow line, what it was asked for could take minutes
        }
        return;
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
    while (!over && !promoting && source.isHungry()) {
      BlockRange window = map.claim(source, Window.blocks(source.bytesPerSecond()));
      if (window == null && source.isIdle()) {
        window = race(source);
      }
      if (window == null) {
        return;
      }
      ask(source, window);
    }
    if (source.isRetired() && source.isIdle()) {
      drop(source);
    }
  }

  /** Asks at once if the mirror is known to have these blocks right, else when it is. */
  private void ask(Source source, BlockRange window) {
    source.expect();
    askWhenClear(source, window);
  }

  private void askWhenClear(Source source, BlockRange window) {
    Mirror mirror = source.mirror();
    if (check.isClear(mirror, window)) {
      source.ask(window, part);
      return;
    }
    check.clear(mirror, window).whenComplete((same, cause) -> {
      if (over || !sources.contains(source)) {
        return;
      }
      if (cause != null) {
        drop(source);
        notClear(mirror, source.openedNanos(), Causes.of(cause));
      } else {
        askWhenClear(source, window); // another mirror may have become the reference meanwhile
      }
    });
  }

  /** A comparison failed, by what the mirror said, or because it or the reference cannot be asked. */
  private void notClear(Mirror mirror, long openedNanos, Throwable cause) {
    if (cause instanceof DownloadRefusedException && !mirror.hasLeft()) {
      leave(mirror, cause);
    } else {
      failed(failing(cause), openedNanos, cause);
    }
  }

  /** Who it was that could not be asked. */
  private Mirror failing(Throwable cause) {
    Endpoint server = cause instanceof RemoteFailure failure
        ? failure.server()
        : cause instanceof LinkException broken ? broken.server() : null;
    return mirrors.stream()
        .filter(mirror -> mirror.endpoint().equals(server))
        .findFirst()
        .orElse(reference());
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
      source.mirror().broughtBlock();
      finishIfComplete();
    }
  }

  private void badBlock(Source source, int block) {
    telling.tell(new DownloadEvent.BadBlock(name, block, source.mirror().endpoint()));
    map.again(source, block);
    Mirror mirror = source.mirror();
    boolean othersHaveIt = mirrors.stream().anyMatch(m -> m != mirror && m.isReady());
    if (mirror.broughtBadBlock() >= TRIES_A_MIRROR && othersHaveIt) {
      badTries.clear(); // they were its doing
      leave(mirror, IntegrityException.ofBlock(name, block, TRIES_A_MIRROR));
      return;
    }
    long ready = mirrors.stream().filter(Mirror::isReady).count();
    int tries = badTries.merge(block, 1, Integer::sum);
    if (tries >= TRIES_A_MIRROR * Math.max(1, ready)) {
      fail(IntegrityException.ofBlock(name, block, tries));
      return;
    }
    for (Source other : sources) {
      BlockRange window = other.mirror() == mirror ? null : map.claimOne(other, block);
      if (window != null) {
        ask(other, window);
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
    if (!over && mirror == reference()) {
      promote(mirror);
    } else if (!over) {
      adjust();
      feedAll();
    }
  }

  /** The reference has left: another one takes its place if it has every block that is here. */
  private void promote(Mirror before) {
    Mirror next = mirrors.stream().filter(Mirror::isReady).findFirst().orElse(null);
    promoting = next != null;
    if (next == null) {
      return; // others may still answer
    }
    check.promote(next).whenComplete((same, cause) -> {
      if (over || reference() != next) {
        return; // it has left meanwhile, and yet another one is on trial
      }
      promoting = false;
      if (next.hasLeft()) {
        return;
      }
      if (cause != null) {
        leave(next, Causes.of(cause));
        return;
      }
      note(before, FileVersion.GONE); // what comes now need not be in its file
      note(next, next.version());
      mirrors.stream().filter(Mirror::isReady).forEach(this::compareAll);
      adjust();
      feedAll();
    });
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
