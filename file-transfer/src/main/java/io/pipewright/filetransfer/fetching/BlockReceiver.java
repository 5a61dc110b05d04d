package io.pipewright.filetransfer.fetching;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.link.GetReceiver;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.PartFile;

/** Takes the blocks of one window to the disk. On the connection's event loop. */
final class BlockReceiver implements GetReceiver {

  private final Source source;
  private final Link link;
  private final PartFile part;
  private long block;

  BlockReceiver(Source source, Link link, PartFile part) {
    this.source = source;
    this.link = link;
    this.part = part;
  }

  @Override
  public void facts(FileFacts facts) {
    // of the version that was asked for, which the connection checks
  }

  @Override
  public void block(Data header) {
    block = Blocks.of(header.offset());
    int index = (int) block;
    int sum = header.sum();
    link.disk().begin(part, block, sum, outcome -> source.settled(index, sum, outcome));
  }

  @Override
  public void bytes(ByteBuf piece) {
    source.fetched(piece.readableBytes());
    link.disk().write(piece);
  }

  @Override
  public void blockEnded() {
    link.disk().end();
  }
}
