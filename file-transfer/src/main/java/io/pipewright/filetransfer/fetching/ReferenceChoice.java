package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.saving.PartFile;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Duration;
import java.util.List;

/**
 * Which mirror is the reference, and whether the others have its file: compares them in the background, and has another one take
 * its place when it leaves, or is silent while others wait for its sums. Confined to the event loop on which the download decides.
 */
final class ReferenceChoice {

  /** Is told what comes of it. */
  interface Lead {

    /** A comparison failed, by what the mirror said, or because it or the reference cannot be asked. */
    void notClear(Mirror mirror, long openedNanos, Throwable cause);

    /** A mirror cannot become the reference, and is to be asked no more. */
    void leave(Mirror mirror, Throwable cause);

    /** There is a reference again: blocks may be asked for. */
    void elected();

    /** What is known of mirrors cannot be written down. */
    void failed(Throwable cause);
  }

  /** How long others wait for the sums of a reference that is silent; the next time twice as long. */
  private static final Duration FIRST_PATIENCE = Duration.ofSeconds(2);

  private final Workplace workplace;
  private final PartFile part;
  private final MirrorCheck check;
  private final Crew crew;
  private final Lead lead;
  private Duration patience = FIRST_PATIENCE;
  private boolean electing;
  private boolean over;

  ReferenceChoice(Workplace workplace, PartFile part, MirrorCheck check, Crew crew, Lead lead) {
    this.workplace = workplace;
    this.part = part;
    this.check = check;
    this.crew = crew;
    this.lead = lead;
  }

  private Mirror reference() {
    return check.reference();
  }

  /** Whether there is no reference now, so that nothing may be asked for. */
  boolean isOpen() {
    return electing;
  }

  /** A mirror has come. */
  void joined(Mirror mirror) {
    if (electing) {
      stand(mirror);
    } else if (reference().hasLeft()) {
      elect();
    } else {
      compareAll(mirror);
    }
  }

  /** A mirror is asked no more. */
  void left(Mirror mirror) {
    if (mirror == reference() && !electing) {
      elect();
    }
  }

  /** Looks whether others wait for the reference in vain; to be called several times a second. */
  void look() {
    if (!electing && check.waiting().compareTo(patience) > 0 && referenceBringsNothing()) {
      patience = patience.multipliedBy(2);
      elect();
    }
  }

  /** Nothing of it matters any longer. */
  void stop() {
    over = true;
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
        lead.notClear(mirror, workplace.nanoTime().getAsLong(), Causes.of(cause));
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
        lead::failed);
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
    List<Mirror> candidates = crew.mirrors().stream().filter(Mirror::isReady).toList();
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
      lead.leave(mirror, Causes.of(cause));
      electing = crew.mirrors().stream().anyMatch(Mirror::isReady);
    });
  }

  private void elected(Mirror mirror) {
    electing = false;
    if (mirror != reference()) {
      note(reference(), FileVersion.GONE); // what comes now need not be in its file
      note(mirror, mirror.version());
    }
    check.promote(mirror);
    crew.mirrors().stream().filter(Mirror::isReady).forEach(this::compareAll);
    lead.elected();
  }
}
