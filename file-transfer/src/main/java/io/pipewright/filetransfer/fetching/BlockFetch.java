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
import java.util.BitSet;
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
final class BlockFetch implements Crew.Lead {

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

  /** A block that is expected sooner is not asked of anybody who is not known to be faster. */
  private static final double LONG_SECONDS = 1;

  private static final int TRIES_A_MIRROR = 3;

  /** How long others wait for the sums of a reference that is silent. */
  private static final Duration FIRST_PATIENCE = Duration.ofSeconds(2);

  private final Workplace workplace;
  private final String name;
  private final PartFile part;
  private final Telling telling;
  private final Ending ending;
  private final Crew crew;
  private final BlockMap<Source> map;
  private final BitSet rechecked;
  private final Map<Integer, Integer> badTries = new HashMap<>();
  private final ConnectionCount count;
  private final MirrorCheck check;
  private ScheduledFuture<?> tick;
  private long verifiedBytes;
  private boolean rechecking;
  private boolean electing;
  private Duration patience = FIRST_PATIENCE;
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
    this.crew = new Crew(workplace, part.size(), this);
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

  private List<Mirror> mirrors() {
    return crew.mirrors();
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
    if (!mirrors().isEmpty()) {
      count.serverJoined();
    }
    crew.add(mirror);
    if (electing) {
      stand(mirror);
    } else if (reference().hasLeft()) {
      elect();
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
    Mirror against = reference();
    check.clearAll(mirror).whenComplete((same, cause) -> {
      if (over || mirror.hasLeft() || against.hasLeft() || against != reference()) {
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
    return crew.fetchedBytes();
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
    count.decide(now(), fetchedBytes(), part.size() - verifiedBytes, crew.pauses());
    if (!electing && check.waiting().compareTo(patience) > 0 && referenceBringsNothing()) {
      patience = patience.multipliedBy(2);
      elect();
    }
    adjust();
    feedAll();
  }

  /** Tells how far it is. */
  void tellOfProgress() {
    OptionalLong size = OptionalLong.of(part.size());
    telling.tell(new DownloadEvent.Progress(
        name, size, verifiedBytes, fetchedBytes(), crew.sources().size()));
  }

  private void adjust() {
    crew.adjust(count.wanted());
  }

  @Override
  public void came(Source source) {
    feed(source);
  }

  @Override
  public void gone(Source source) {
    map.release(source);
  }

  @Override
  public void notOpened(Mirror mirror, long openedNanos, Throwable cause) {
    failed(mirror, openedNanos, cause);
  }

  private void feedAll() {
    for (Source source : crew.sources()) {
      feed(source);
    }
  }

  /** Asks a connection for as much as it should be asked for now. */
  private void feed(Source source) {
    while (!over && !electing && source.isHungry()) {
      BlockRange window = map.claim(source, source.windowBlocks());
      if (window == null && source.isIdle()) {
        window = race(source);
      }
      if (window == null) {
        return;
      }
      ask(source, window);
    }
    if (source.isRetired() && source.isIdle()) {
      crew.drop(source);
    }
  }

  /** Asks at once if the mirror is known to have these blocks right, else when it is. */
  private void ask(Source source, BlockRange window) {
    source.expect(window);
    askWhenClear(source, window);
  }

  private void askWhenClear(Source source, BlockRange window) {
    Mirror mirror = source.mirror();
    if (check.isClear(mirror, window)) {
      source.ask(window, part);
      return;
    }
    check.clear(mirror, window).whenComplete((same, cause) -> {
      if (over || !crew.has(source)) {
        return;
      }
      if (cause != null) {
        crew.drop(source);
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
    return mirrors().stream()
        .filter(mirror -> mirror.endpoint().equals(server))
        .findFirst()
        .orElse(reference());
  }

  /** With nothing left to ask for, the idle bring what would else come last. */
  private BlockRange race(Source racer) {
    double own = Blocks.BYTES / racer.bytesPerSecond();
    double least = racer.isJudged() ? 2 * own : LONG_SECONDS;
    // whoever was only just asked may be as fast as anybody
    return map.race(racer, (s, block) -> s.isJudged() ? s.secondsUntil(block) : 0, least);
  }

  @Override
  public void windowEnded(Source source) {
    feed(source);
  }

  @Override
  public void settled(Source source, int block, int sum, BlockOutcome outcome) {
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
    boolean othersHaveIt = mirrors().stream().anyMatch(m -> m != mirror && m.isReady());
    if (mirror.broughtBadBlock() >= TRIES_A_MIRROR && othersHaveIt) {
      badTries.clear(); // they were its doing
      leave(mirror, IntegrityException.ofBlock(name, block, TRIES_A_MIRROR));
      return;
    }
    long ready = mirrors().stream().filter(Mirror::isReady).count();
    int tries = badTries.merge(block, 1, Integer::sum);
    if (tries >= TRIES_A_MIRROR * Math.max(1, ready)) {
      fail(IntegrityException.ofBlock(name, block, tries));
      return;
    }
    for (Source other : crew.sources()) {
      BlockRange window = other.mirror() == mirror ? null : map.claimOne(other, block);
      if (window != null) {
        ask(other, window);
        return;
      }
    }
    feedAll();
  }

  @Override
  public void lost(Source source, Throwable cause) {
    Mirror mirror = source.mirror();
    crew.drop(source);
    failed(mirror, source.openedNanos(), cause);
  }

  @Override
  public void refused(Source source, RemoteFailure failure) {
    Mirror mirror = source.mirror();
    if (Causes.isBusy(failure) && mirror.connections() > 1) {
      crew.drop(source);
      mirror.full();
      count.refused(crew.connections(), now(), fetchedBytes());
      feedAll();
    } else {
      lost(source, failure);
    }
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
    crew.dropAllOf(mirror);
    ending.left(mirror, cause);
    if (!over && mirror == reference() && !electing) {
      elect();
    } else if (!over) {
      adjust();
      feedAll();
    }
  }

  private boolean referenceBringsNothing() {
    return crew.sources().stream()
        .filter(source -> source.mirror() == reference())
        .allMatch(source -> source.isJudged() && source.bytesPerSecond() == 0);
  }

  /**
   * The reference has left, or others wait for it in vain: whoever first shows that it has every block that is here takes its
   * place, which may be the reference itself. Until then nothing is asked for; what was, was compared with the old one.
   */
  private void elect() {
    crew.sources().forEach(crew::drop);
    List<Mirror> candidates = mirrors().stream().filter(Mirror::isReady).toList();
    electing = !candidates.isEmpty(); // else others may still answer
    candidates.forEach(this::stand);
  }

  private void stand(Mirror mirror) {
    check.hasAllThatIsHere(mirror).whenComplete((same, cause) -> {
      if (over || !electing || mirror.hasLeft()) {
        return;
      }
      if (cause == null) {
        elected(mirror);
        return;
      }
      leave(mirror, Causes.of(cause));
      electing = mirrors().stream().anyMatch(Mirror::isReady);
    });
  }

  private void elected(Mirror mirror) {
    electing = false;
    if (mirror != reference()) {
      note(reference(), FileVersion.GONE); // what comes now need not be in its file
      note(mirror, mirror.version());
    }
    check.promote(mirror);
    mirrors().stream().filter(Mirror::isReady).forEach(this::compareAll);
    adjust();
    feedAll();
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
    crew.stop();
    mirrors().stream().filter(mirror -> !mirror.hasLeft()).forEach(Mirror::leave);
  }
}
