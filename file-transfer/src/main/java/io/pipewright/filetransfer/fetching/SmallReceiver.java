package io.pipewright.filetransfer.fetching;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.link.GetReceiver;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.DiskQueue;
import io.pipewright.filetransfer.saving.PackedFile;
import io.pipewright.filetransfer.saving.SmallFile;
import java.util.List;

/** Takes a file of at most one block to the disk. On the connection's event loop. */
final class SmallReceiver implements GetReceiver {

  private static final int SUM_OF_NOTHING = 0;

  private final TreeEntry file;
  private final Lane lane;
  private final DiskQueue disk;
  private SmallFile small;
  private boolean another;
  private boolean handedOver;

  SmallReceiver(TreeEntry file, Lane lane, DiskQueue disk) {
    this.file = file;
    this.lane = lane;
    this.disk = disk;
  }

  TreeEntry file() {
    return file;
  }

  /** Whether everything has been handed to the disk, which will say what became of it. */
  boolean isHandedOver() {
    return handedOver;
  }

  /** Whether it is not the file that was listed: what comes of it is thrown away. */
  boolean isAnother() {
    return another;
  }

  @Override
  public void facts(FileFacts facts) {
    another = !lane.isAs(file, facts);
    if (another) {
      return;
    }
    small = lane.smallFile(file, facts);
    if (facts.size() == 0) {
      begin(SUM_OF_NOTHING);
      disk.end();
      handedOver = true;
    }
  }

  private void begin(int sum) {
    disk.begin(
        List.of(PackedFile.wanted(small, sum)), outcomes -> lane.settled(List.of(file), outcomes));
  }

  @Override
  public void block(Data header) {
    if (!another) {
      begin(header.sum());
    }
  }

  @Override
  public void bytes(ByteBuf piece) {
    if (another) {
      piece.release();
    } else {
      disk.write(piece);
    }
  }

  @Override
  public void blockEnded() {
    if (!another) {
      disk.end();
      handedOver = true;
    }
  }
}
