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
final class BlockFetch implements Crew.Lead, ReferenceChoice.Lead, LateBlocks.Lead {

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
  private final Crew crew;
  private final BlockMap<Source> map;
  private final BitSet rechecked;
  private final Map<Integer, Integer> badTries = new HashMap<>();
  private final ConnectionCount count;
  private final MirrorCheck check;
  private final ReferenceChoice choice;
  private final Feeding feeding;
  private final LateBlocks late;
  private ScheduledFuture<?> tick;
  private long verifiedBytes;
  private boolean rechecking;
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
    this.choice = new ReferenceChoice(workplace, part, check, crew, this);
    this.feeding = new Feeding(part, map, crew, check, choice, this);
    this.late = new LateBlocks(check, choice, this);
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
    feeding.feedAll();
    finishIfComplete();
  }

  /** A mirror's bytes may be asked for from now on. */
  void join(Mirror mirror) {
    mirror.join();
    if (!mirrors().isEmpty()) {
      count.serverJoined();
    }
    crew.add(mirror);
    choice.joined(mirror);
    adjust();
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
    choice.look();
    late.look();
    adjust();
    feeding.feedAll();
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
    feeding.feed(source);
  }

  @Override
  public void gone(Source source) {
    map.release(source);
  }

  @Override
  public void notOpened(Mirror mirror, long openedNanos, Throwable cause) {
    failed(mirror, openedNanos, cause);
  }

  @Override
  public void notClear(Mirror mirror, long openedNanos, Throwable cause) {
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

  @Override
  public void windowEnded(Source source) {
    feeding.feed(source);
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
    } else if (outcome instanceof BlockOutcome.Verified) {
      late.onDisk(source, block);
    }
  }

  @Override
  public void counts(Source source, int block) {
    if (map.done(block)) {
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
        feeding.ask(other, window);
        return;
      }
    }
    feeding.feedAll();
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
      feeding.feedAll();
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
    feeding.feedAll();
  }

  private void adjustUnlessOver() {
    if (!over) {
      adjust();
    }
  }

  @Override
  public void elected() {
    adjust();
    feeding.feedAll();
  }

  @Override
  public void failed(Throwable cause) {
    fail(cause);
  }

  /** A mirror is asked no more. */
  @Override
  public void leave(Mirror mirror, Throwable cause) {
    mirror.leave();
    crew.dropAllOf(mirror);
    ending.left(mirror, cause);
    if (!over) {
      choice.left(mirror);
      adjust();
      feeding.feedAll();
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
    choice.stop();
    late.stop();
    feeding.stop();
    crew.stop();
    mirrors().stream().filter(mirror -> !mirror.hasLeft()).forEach(Mirror::leave);
  }
}
