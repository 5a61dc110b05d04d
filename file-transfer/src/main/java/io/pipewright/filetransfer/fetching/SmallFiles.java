package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
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

  /** Two threads that make files in one folder wait for each other in the kernel, and burn processor time doing so. */
  private static final int AUTOMATIC_LANES = 1;

  private final Workplace workplace;
  private Server server;
  private final TargetFolder folder;
  private final Ending ending;
  private final int mostLanes;
  private final Deque<TreeEntry> waiting = new ArrayDeque<>();
  private final List<Lane> lanes = new ArrayList<>();
  private Retries retries;
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
    retries = new Retries(workplace, next);
    List<Lane> before = List.copyOf(lanes);
    lanes.clear();
    before.forEach(Lane::leave);
    feedAll();
  }

  /** A file that is wanted. */
  void add(TreeEntry file) {
    waiting.add(file);
  }

  /** Whether more files should be added soon. */
  boolean isHungry() {
    return waiting.size() < FEW;
  }

  /** Whether every file that was added is settled or was given back. */
  boolean isIdle() {
    return waiting.isEmpty() && unsettled == 0;
  }

  /** Asks for what waits, over as many connections as may be open. */
  void feedAll() {
    for (Lane lane : List.copyOf(lanes)) {
      feed(lane);
    }
    while (!over && !waiting.isEmpty() && lanes.size() + opening < mostLanes && retries.isDue()) {
      open();
    }
  }

  /** Asks for as much as a connection takes. */
  void feed(Lane lane) {
    while (!over && lane.isHungry() && !waiting.isEmpty()) {
      unsettled++;
      lane.ask(waiting.poll());
    }
    if (!over && isHungry()) {
      ending.hungry();
    }
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

  /** A connection broke in this file or before it. */
  void broke(Lane lane, SmallReceiver receiver, Throwable cause) {
    if (over) {
      return;
    }
    if (!receiver.isHandedOver()) {
      unsettled--;
      waiting.addFirst(receiver.file());
    }
    if (lanes.remove(lane)) {
      lane.leave();
      failed(lane.openedNanos(), cause);
    } else {
      feedAll();
    }
  }

  /** Another server than the one that listed this file has another one of the name. */
  void isAnother(Lane lane, TreeEntry file) {
    if (!over) {
      unsettled--;
      ending.byItself(file);
      feed(lane);
    }
  }

  /** The server has a reason not to give this file, or to give nothing now. */
  void refused(Lane lane, TreeEntry file, RemoteFailure failure) {
    if (over) {
      return;
    }
    unsettled--;
    if (Causes.isBusy(failure)) {
      waiting.addFirst(file);
      if (lanes.remove(lane)) {
        lane.leave();
        failed(lane.openedNanos(), failure);
      }
    } else {
      ending.byItself(file);
      feed(lane);
    }
  }

  /** What became of a file, on the disk. */
  void settled(TreeEntry file, BlockOutcome outcome) {
    if (over) {
      return;
    }
    unsettled--;
    retries.progress();
    if (outcome instanceof BlockOutcome.WrongSum) {
      ending.byItself(file);
    } else {
      ending.settled(file, outcome);
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
