package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Limits;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.SmallFile;
import io.pipewright.filetransfer.saving.TargetFolder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Fetches many files of at most one block each, asking for the next ones before the first have come. One that cannot be had this
 * way (it changed since it was listed, came wrong, or the server has a reason) goes back to whoever gave it. Confined to the event
 * loop on which the download decides.
 */
final class SmallFiles {

  /** Takes files back, and is told of the rest. */
  interface Ending {

    /** The disk says that a file is whole, or why not. */
    void settled(TreeEntry file, BlockOutcome outcome);

    /** This file has to be fetched by itself. */
    void byItself(TreeEntry file);

    /** This server is to be asked no more. */
    void failed(Server server, Throwable cause);

    /** Room has come for further files. */
    void hungry();
  }

  private static final int FEW = 512;

  /** Larger files are asked for one by one, and the server sends them without holding them in memory. */
  private static final int PACKABLE_BYTES = 64 << 10;

  private static final int MOST_PACKED_FILES = 64;
  private static final long MOST_PACKED_BYTES = 256 << 10;
  private static final int REQUEST_BYTES = Limits.MAX_REQUEST_BYTES - 1;

  /** Two threads that make files in one folder wait for each other in the kernel, and burn processor time doing so. */
  private static final int AUTOMATIC_LANES = 1;

  private final Workplace workplace;
  private Server server;
  private final TargetFolder folder;
  private final Ending ending;
  private final int mostLanes;
  private final Deque<TreeEntry> packable = new ArrayDeque<>();
  private final Deque<TreeEntry> single = new ArrayDeque<>();
  private final List<Lane> lanes = new ArrayList<>();
  private Retries retries;
  private boolean packs = true;
  private int opening;
  private int unsettled;
  private boolean over;

  SmallFiles(Workplace workplace, Server server, TargetFolder folder, Ending ending) {
    this.workplace = workplace;
    this.server = server;
    this.folder = folder;
    this.ending = ending;
    this.retries = new Retries(workplace, server);
    Connections connections = workplace.settings().connections();
    this.mostLanes = connections.automatic() ? AUTOMATIC_LANES : connections.most();
  }

  /** Asks another server from now on, also for what the one before has not given yet. */
  void turnTo(Server next) {
    server = next;
    packs = true;
    retries = new Retries(workplace, next);
    List<Lane> before = List.copyOf(lanes);
    lanes.clear();
    before.forEach(Lane::leave);
    feedAll();
  }

  /** A file that is wanted. */
  void add(TreeEntry file) {
    (file.entry().size() <= PACKABLE_BYTES ? packable : single).add(file);
  }

  /** Whether more files should be added soon. */
  boolean isHungry() {
    return packable.size() + single.size() < FEW;
  }

  /** Whether every file that was added is settled or was given back. */
  boolean isIdle() {
    return isEmpty() && unsettled == 0;
  }

  private boolean isEmpty() {
    return packable.isEmpty() && single.isEmpty();
  }

  /** Asks for what waits, over as many connections as may be open. */
  void feedAll() {
    for (Lane lane : List.copyOf(lanes)) {
      feed(lane);
    }
    while (!over && !isEmpty() && lanes.size() + opening < mostLanes && retries.isDue()) {
      open();
    }
  }

  /** Asks for as much as a connection takes. */
  void feed(Lane lane) {
    while (!over && lane.isHungry() && !isEmpty()) {
      askNext(lane);
    }
    if (!over && isHungry()) {
      ending.hungry();
    }
  }

  private void askNext(Lane lane) {
    if (single.isEmpty() && packs) {
      List<TreeEntry> pack = pack(lane);
      unsettled += pack.size();
      lane.ask(pack);
    } else {
      unsettled++;
      lane.ask(single.isEmpty() ? packable.poll() : single.poll());
    }
  }

  /** The next files that go into one request, and may go into one answer; one at least. */
  private List<TreeEntry> pack(Lane lane) {
    List<TreeEntry> pack = new ArrayList<>();
    long bytes = 0;
    int requestBytes = 0;
    for (TreeEntry next = packable.peek();
        next != null && pack.size() < MOST_PACKED_FILES;
        next = packable.peek()) {
      bytes += next.entry().size();
      requestBytes += lane.wanted(next).bytes();
      if (!pack.isEmpty() && (bytes > MOST_PACKED_BYTES || requestBytes > REQUEST_BYTES)) {
        break;
      }
      pack.add(packable.poll());
    }
    return pack;
  }

  private void open() {
    opening++;
    long openedNanos = workplace.nanoTime().getAsLong();
    Server asked = server;
    asked
        .take()
        .whenComplete((link, cause) -> workplace.decide(() -> {
          opening--;
          if (over || asked != server) {
            if (link != null) {
              asked.giveBack(link);
            }
            feedAll();
          } else if (cause != null) {
            failed(openedNanos, Causes.of(cause));
          } else {
            Lane lane = new Lane(asked, link, workplace, this);
            lanes.add(lane);
            feed(lane);
          }
        }));
  }

  private void failed(long openedNanos, Throwable cause) {
    if (over) {
      return;
    }
    Optional<Duration> delay = retries.failed(openedNanos, cause);
    if (delay.isEmpty()) {
      ending.failed(server, cause);
    } else {
      workplace.loop().schedule(this::feedAll, delay.get().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** What a file is to be on the disk. */
  SmallFile smallFile(TreeEntry file, FileFacts facts) {
    FetchSettings settings = workplace.settings();
    return new SmallFile(
        folder,
        file.target(),
        (int) facts.size(),
        facts.lastModified(),
        settings.existing(),
        settings.fsync());
  }

  /** A connection broke in these files or before them. */
  void broke(Lane lane, List<TreeEntry> files, Throwable cause) {
    if (over) {
      return;
    }
    putBack(files);
    if (lanes.remove(lane)) {
      lane.leave();
      failed(lane.openedNanos(), cause);
    } else {
      feedAll();
    }
  }

  private void putBack(List<TreeEntry> files) {
    unsettled -= files.size();
    for (int i = files.size() - 1; i >= 0; i--) {
      TreeEntry file = files.get(i);
      (file.entry().size() <= PACKABLE_BYTES ? packable : single).addFirst(file);
    }
  }

  /** An answer is complete. These files are not those that were listed: another server has others of the name. */
  void came(Lane lane, List<TreeEntry> others) {
    if (!over) {
      byThemselves(others);
      feed(lane);
    }
  }

  private void byThemselves(List<TreeEntry> files) {
    unsettled -= files.size();
    files.forEach(ending::byItself);
  }

  /** A pack has ended before these files, or the server does not pack those. */
  void askAgain(List<TreeEntry> left, List<TreeEntry> notPacked) {
    if (!over) {
      putBack(left);
      unsettled -= notPacked.size();
      single.addAll(notPacked);
    }
  }

  /** As {@link #refused}; a server that knows no packs is asked for file after file. */
  void packRefused(Lane lane, List<TreeEntry> files, RemoteFailure failure) {
    if (over || failure.code() != ErrorCode.UNKNOWN_REQUEST) {
      refused(lane, files, failure);
      return;
    }
    packs = false;
    putBack(files);
    feed(lane);
  }

  /** The server has a reason not to give these files, or to give nothing now. */
  void refused(Lane lane, List<TreeEntry> files, RemoteFailure failure) {
    if (over) {
      return;
    }
    if (Causes.isBusy(failure)) {
      putBack(files);
      if (lanes.remove(lane)) {
        lane.leave();
        failed(lane.openedNanos(), failure);
      }
    } else {
      byThemselves(files);
      feed(lane);
    }
  }

  /** What became of files, on the disk. */
  void settled(List<TreeEntry> files, List<BlockOutcome> outcomes) {
    if (over) {
      return;
    }
    retries.progress();
    unsettled -= files.size();
    for (int i = 0; i < files.size(); i++) {
      if (outcomes.get(i) instanceof BlockOutcome.WrongSum) {
        ending.byItself(files.get(i));
      } else {
        ending.settled(files.get(i), outcomes.get(i));
      }
    }
    if (isHungry()) {
      ending.hungry();
    }
  }

  /** Ends it. Without effect when it has ended. */
  void stop() {
    over = true;
    lanes.forEach(Lane::leave);
    lanes.clear();
  }
}
