package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.DownloadRefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks that reach the disk after another mirror has become the reference, or while there is none: they were on their way to the
 * disk when the mirrors' files were compared, and count only when the reference has them, too. Confined to the event loop on which
 * the download decides.
 */
final class LateBlocks {

  /** Is told what becomes of them. */
  interface Lead {

    /** The block is right, and of the reference's file. */
    void counts(Source source, int block);

    /** It is not of the reference's file: that is of no use. */
    void leave(Mirror reference, Throwable cause);
  }

  private record Late(Source source, int block) {}

  private final MirrorCheck check;
  private final ReferenceChoice choice;
  private final Lead lead;
  private final List<Late> waiting = new ArrayList<>();
  private boolean over;

  LateBlocks(MirrorCheck check, ReferenceChoice choice, Lead lead) {
    this.check = check;
    this.choice = choice;
    this.lead = lead;
  }

  /** A block is on the disk, and what its mirror said of it is right. */
  void onDisk(Source source, int block) {
    if (choice.isOpen()) {
      waiting.add(new Late(source, block));
    } else if (check.isKnown(source.mirror(), block)) {
      lead.counts(source, block);
    } else {
      compare(new Late(source, block));
    }
  }

  private void compare(Late late) {
    Mirror reference = check.reference();
    check.confirm(late.block()).whenComplete((same, cause) -> {
      if (over) {
        return;
      }
      if (cause == null && !choice.isOpen() && check.reference() == reference) {
        lead.counts(late.source(), late.block());
        return;
      }
      waiting.add(late);
      if (Causes.of(cause) instanceof DownloadRefusedException differs && !reference.hasLeft()) {
        lead.leave(reference, differs);
      }
    });
  }

  /** Looks at those again that could not be compared; to be called several times a second. */
  void look() {
    if (!choice.isOpen() && !waiting.isEmpty()) {
      List<Late> again = List.copyOf(waiting);
      waiting.clear();
      again.forEach(late -> onDisk(late.source(), late.block()));
    }
  }

  /** Nothing of it matters any longer. */
  void stop() {
    over = true;
  }
}
