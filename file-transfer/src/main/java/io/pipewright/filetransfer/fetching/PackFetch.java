package io.pipewright.filetransfer.fetching;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.link.PackReceiver;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.DiskQueue;
import io.pipewright.filetransfer.saving.PackedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes a pack of small files to the disk. On the connection's event loop. */
final class PackFetch implements PackReceiver {

  private final List<TreeEntry> asked;
  private final Lane lane;
  private final DiskQueue disk;
  private final List<TreeEntry> handedOver = new ArrayList<>();
  private final List<TreeEntry> others = new ArrayList<>();
  private final List<TreeEntry> notPacked = new ArrayList<>();
  private List<TreeEntry> left;

  /**
   * @param asked which files, in the order of the request
   */
  PackFetch(List<TreeEntry> asked, Lane lane, DiskQueue disk) {
    this.asked = asked;
    this.lane = lane;
    this.disk = disk;
    this.left = asked;
  }

  /** Which files it was asked for. */
  List<TreeEntry> asked() {
    return asked;
  }

  /** Those of which the answer says nothing. */
  List<TreeEntry> left() {
    return left;
  }

  /** Those that the server does not pack. */
  List<TreeEntry> notPacked() {
    return notPacked;
  }

  /** Those that are not as they were listed: what came of them is passed over. */
  List<TreeEntry> others() {
    return others;
  }

  @Override
  public void header(Answer.Pack pack) {
    List<PackedFile> files = new ArrayList<>(pack.files().size());
    for (int i = 0; i < pack.files().size(); i++) {
      TreeEntry entry = asked.get(i);
      Optional<Answer.PackedFile> came = pack.files().get(i);
      if (came.isEmpty()) {
        notPacked.add(entry);
        continue;
      }
      FileFacts facts = came.get().facts();
      boolean same = lane.isAs(entry, facts);
      (same ? handedOver : others).add(entry);
      int sum = came.get().sum();
      files.add(
          same
              ? PackedFile.wanted(lane.smallFile(entry, facts), sum)
              : new PackedFile((int) facts.size(), sum, Optional.empty()));
    }
    left = asked.subList(pack.files().size(), asked.size());
    disk.begin(files, this::settled);
  }

  @Override
  public void bytes(ByteBuf piece) {
    disk.write(piece);
  }

  /** All has come: the disk will say what became of it. */
  void ended() {
    disk.end();
  }

  private void settled(List<BlockOutcome> outcomes) {
    lane.settled(handedOver, outcomes);
  }
}
