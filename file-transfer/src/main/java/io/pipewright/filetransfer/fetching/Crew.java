package io.pipewright.filetransfer.fetching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The connections that bring one file: opens those that are missing, so that every mirror has one before any has two, and ends
 * those that are too many. A place is never held for longer than a second by a connection that has to give it to another mirror.
 * Confined to the event loop on which the download decides.
 *
 * <pre>
 *              a place is free                              idle, or a second has passed
 *   mirror ─────────────────────► opening ──► at work ──► retired ─────────────────────► gone
 *                                              too many, or a mirror has none
 * </pre>
 */
final class Crew {

  /** Is told of connections, and what becomes of what they are asked for. */
  interface Lead extends Source.Owner {

    /** A connection is there, to be asked for something. */
    void came(Source source);

    /** A connection takes no further part. */
    void gone(Source source);

    /** A connection could not be opened. */
    void notOpened(Mirror mirror, long openedNanos, Throwable cause);
  }

  /** How long a mirror that could help waits for a connection of another to bring what it was asked for. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final double PATIENCE_SECONDS = PATIENCE.toNanos() / 1e9;

  /** So many times as fast as a connection another mirror must have been to get its place. */
  private static final double FASTER = 1.5;

  private final Workplace workplace;
  private final long fileBytes;
  private final Lead lead;
  private final List<Mirror> mirrors = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private long fetchedBefore;
  private long pausesBefore;
  private int wanted;
  private boolean over;

  /**
   * @param fileBytes how long the file is
   */
  Crew(Workplace workplace, long fileBytes, Lead lead) {
    this.workplace = workplace;
    this.fileBytes = fileBytes;
    this.lead = lead;
  }

  /** A mirror may have connections from now on. */
  void add(Mirror mirror) {
    mirrors.add(mirror);
  }

  /** All that have been added, in that order. */
  List<Mirror> mirrors() {
    return mirrors;
  }

  /** Those that are here, the oldest first; a copy. */
  List<Source> sources() {
    return List.copyOf(sources);
  }

  boolean has(Source source) {
    return sources.contains(source);
  }

  /** How many connections are open or about to be. */
  int connections() {
    return mirrors.stream().mapToInt(Mirror::connections).sum();
  }

  /** How many bytes of content all have brought. */
  long fetchedBytes() {
    return fetchedBefore + sources.stream().mapToLong(Source::fetchedBytes).sum();
  }

  /** How often a connection has had to wait for the disk. */
  long pauses() {
    return pausesBefore + sources.stream().mapToLong(Source::pauses).sum();
  }

  /**
   * Opens what is missing and ends what is too much.
   *
   * @param wanted how many connections there should be
   */
  void adjust(int wanted) {
    this.wanted = wanted;
    sources.forEach(Source::sample);
    if (!over) {
      dropOverdue();
      openMissing();
      makeRoom();
      openMissing();
    }
  }

  private void openMissing() {
    for (int there = connections(); there < wanted; there++) {
      Mirror mirror = mirrors.stream()
          .filter(Mirror::mayOpen)
          .min(Comparator.comparingInt(Mirror::connections))
          .orElse(null);
      if (mirror == null) {
        return;
      }
      open(mirror);
    }
  }

  private void makeRoom() {
    int staying = connections() - retired();
    for (int tooMany = staying - wanted; tooMany > 0; tooMany--) {
      retire(newest(source -> hasSeveral(source.mirror()), newest(source -> true, null)));
    }
    List<Mirror> leftOut = leftOut();
    int room = Math.max(0, wanted - (connections() - retired()));
    for (int missing = leftOut.size() - room - surplusOpening(); missing > 0; missing--) {
      retire(newest(source -> hasSeveral(source.mirror()), outpaced(leftOut)));
    }
  }

  private int retired() {
    return (int) sources.stream().filter(Source::isRetired).count();
  }

  /** Those that bring nothing although they could. */
  private List<Mirror> leftOut() {
    return mirrors.stream()
        .filter(mirror -> mirror.mayOpen() && mirror.connections() == 0)
        .toList();
  }

  private Source newest(Predicate<Source> condition, Source otherwise) {
    for (int i = sources.size() - 1; i >= 0; i--) {
      Source source = sources.get(i);
      if (!source.isRetired() && condition.test(source)) {
        return source;
      }
    }
    return otherwise;
  }

  private boolean hasSeveral(Mirror mirror) {
    return staying(mirror) > 1;
  }

  private int staying(Mirror mirror) {
    return mirror.connections()
        - (int) ofMirror(mirror).filter(Source::isRetired).count();
  }

  private Stream<Source> ofMirror(Mirror mirror) {
    return sources.stream().filter(source -> source.mirror() == mirror);
  }

  /** How many that are being opened will be given back at once. */
  private int surplusOpening() {
    return mirrors.stream()
        .mapToInt(mirror -> {
          int opening = mirror.connections() - (int) ofMirror(mirror).count();
          return Math.max(0, Math.min(opening, staying(mirror) - 1));
        })
        .sum();
  }

  /** The slowest one that keeps others waiting, if one of those may be faster; or {@code null}. */
  private Source outpaced(List<Mirror> leftOut) {
    return sources.stream()
        .filter(source -> !source.isRetired() && source.isJudged())
        .filter(source -> source.secondsForAll() > PATIENCE_SECONDS)
        .filter(source -> leftOut.stream()
            .anyMatch(mirror -> mirror.mayBeFasterThan(FASTER * source.bytesPerSecond())))
        .min(Comparator.comparingDouble(Source::bytesPerSecond))
        .orElse(null);
  }

  private void retire(Source source) {
    if (source != null) {
      source.retire();
      dropIfOverdue(source);
    }
  }

  private void dropOverdue() {
    sources().forEach(this::dropIfOverdue);
  }

  /** On a slow line, or one that has stalled, what it was asked for could take minutes. */
  private void dropIfOverdue(Source source) {
    boolean overdue = source.isIdle()
        || source.fetchedBytes() == 0
        || source.retiredFor().compareTo(PATIENCE) >= 0
        || (source.isJudged() && source.secondsForAll() > PATIENCE_SECONDS);
    if (source.isRetired() && overdue && !leftOut().isEmpty()) {
      drop(source);
    }
  }

  private void open(Mirror mirror) {
    mirror.opening();
    long openedNanos = workplace.nanoTime().getAsLong();
    mirror
        .server()
        .take()
        .whenComplete(
            (link, cause) -> workplace.decide(() -> opened(mirror, link, openedNanos, cause)));
  }

  private void opened(Mirror mirror, Link link, long openedNanos, Throwable cause) {
    if (over || mirror.hasLeft()) {
      giveBack(mirror, link);
    } else if (cause != null) {
      mirror.closed();
      lead.notOpened(mirror, openedNanos, Causes.of(cause));
    } else if (hasSeveral(mirror) && !leftOut().isEmpty()) {
      giveBack(mirror, link);
      openMissing();
    } else {
      Source source = new Source(mirror, link, workplace, fileBytes, lead);
      sources.add(source);
      lead.came(source);
    }
  }

  private static void giveBack(Mirror mirror, Link link) {
    mirror.closed();
    if (link != null) {
      mirror.server().giveBack(link);
    }
  }

  /** Has a connection take no further part. Without effect if it takes none. */
  void drop(Source source) {
    if (sources.remove(source)) {
      fetchedBefore += source.fetchedBytes();
      pausesBefore += source.pauses();
      source.leave();
      source.mirror().closed();
      lead.gone(source);
    }
  }

  /** Has all connections to a mirror take no further part. */
  void dropAllOf(Mirror mirror) {
    ofMirror(mirror).toList().forEach(this::drop);
  }

  /** Ends it; connections on which nothing is owed are kept for others. */
  void stop() {
    over = true;
    sources().forEach(this::drop);
  }
}
