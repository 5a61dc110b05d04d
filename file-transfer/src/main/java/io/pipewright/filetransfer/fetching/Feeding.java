package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.saving.PartFile;

/**
 * Asks connections for windows of blocks, each for as much as it brings in about a second and always one ahead, as soon as its
 * mirror is known to have them right. Confined to the event loop on which the download decides.
 */
final class Feeding {

  /** A block that is expected sooner is not asked of anybody who is not known to be faster. */
  private static final double LONG_SECONDS = 1;

  private final PartFile part;
  private final BlockMap<Source> map;
  private final Crew crew;
  private final MirrorCheck check;
  private final ReferenceChoice choice;
  private final ReferenceChoice.Lead lead;
  private boolean over;

  Feeding(
      PartFile part,
      BlockMap<Source> map,
      Crew crew,
      MirrorCheck check,
      ReferenceChoice choice,
      ReferenceChoice.Lead lead) {
    this.part = part;
    this.map = map;
    this.crew = crew;
    this.check = check;
    this.choice = choice;
    this.lead = lead;
  }

  /** Asks for nothing more. */
  void stop() {
    over = true;
  }

  /** Asks every connection for as much as it should be asked for now. */
  void feedAll() {
    for (Source source : crew.sources()) {
      feed(source);
    }
  }

  /** Asks a connection for as much as it should be asked for now. */
  void feed(Source source) {
    while (!over && !choice.isOpen() && source.isHungry()) {
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
  void ask(Source source, BlockRange window) {
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
        lead.notClear(mirror, source.openedNanos(), Causes.of(cause));
      } else {
        askWhenClear(source, window); // another mirror may have become the reference meanwhile
      }
    });
  }

  /** With nothing left to ask for, the idle bring what would else come last. */
  private BlockRange race(Source racer) {
    double own = Blocks.BYTES / racer.bytesPerSecond();
    double least = racer.isJudged() ? 2 * own : LONG_SECONDS;
    // whoever was only just asked may be as fast as anybody
    return map.race(racer, (s, block) -> s.isJudged() ? s.secondsUntil(block) : 0, least);
  }
}
