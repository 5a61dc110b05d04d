package io.pipewright.filetransfer;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.link.GetReceiver;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/** Takes one range into memory and holds each block against its sum, as a client that trusts nobody does. */
final class BlockCheck implements GetReceiver {

  private final long begin;
  private final ByteBuffer content;
  private final CRC32C sum = new CRC32C();
  private Data block;
  private volatile FileFacts facts;
  private final AtomicInteger badBlocks = new AtomicInteger();
  private final AtomicInteger blocks = new AtomicInteger();

  /**
   * @param begin where the range begins
   * @param most how many bytes it has at most
   */
  BlockCheck(long begin, int most) {
    this.begin = begin;
    this.content = ByteBuffer.allocate(most);
  }

  @Override
  public void facts(FileFacts facts) {
    this.facts = facts;
  }

  @Override
  public void block(Data header) {
    if (header.offset() != begin + content.position()) {
      throw new AssertionError("a block from " + header.offset());
    }
    block = header;
    sum.reset();
  }

  @Override
  public void bytes(ByteBuf piece) {
    try {
      BlockSums.add(sum, piece);
      ByteBuffer room = content.duplicate().limit(content.position() + piece.readableBytes());
      piece.readBytes(room);
      content.position(room.position());
    } finally {
      piece.release();
    }
  }

  @Override
  public void blockEnded() {
    blocks.incrementAndGet();
    if ((int) sum.getValue() != block.sum()) {
      badBlocks.incrementAndGet();
    }
  }

  FileFacts facts() {
    return facts;
  }

  int blocks() {
    return blocks.get();
  }

  int badBlocks() {
    return badBlocks.get();
  }

  /** What has come; to be asked when the range has ended. */
  byte[] content() {
    byte[] all = new byte[content.position()];
    content.duplicate().flip().get(all);
    return all;
  }
}
