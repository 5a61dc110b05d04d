package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Reads what a journal claims: nobody knows what of the bytes a power cut has taken, or somebody else has changed. */
final class Recheck {

  private final FileChannel channel;
  private final BlockStates states;
  private final long size;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(Blocks.BYTES);

  Recheck(FileChannel channel, BlockStates states, long size) {
    this.channel = channel;
    this.states = states;
    this.size = size;
  }

  void run(LongConsumer checked) throws IOException {
    long read = 0;
    for (int block = states.nextClaimed(0); block >= 0; block = states.nextClaimed(block + 1)) {
      int sum = states.sum(block).orElseThrow();
      if (isRight(block, sum)) {
        states.verify(block, sum);
      } else {
        states.doubt(block);
      }
      read += Blocks.length(block, size);
      checked.accept(read);
    }
  }

  private boolean isRight(int block, int sum) throws IOException {
    bytes.clear().limit(Blocks.length(block, size));
    long at = Blocks.offset(block);
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, at);
      if (read < 0) {
        return false;
      }
      at += read;
    }
    return Journal.sum(bytes, 0, bytes.limit()) == sum;
  }
}
