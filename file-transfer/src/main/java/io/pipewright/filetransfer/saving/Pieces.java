package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Pieces of a block that are kept until all have come. */
final class Pieces {

  private final List<ByteBuf> pieces = new ArrayList<>(2);

  /** Keeps a piece. */
  void add(ByteBuf piece) {
    pieces.add(piece);
  }

  /** Keeps a piece and sums it. */
  void add(ByteBuf piece, CRC32C sum) {
    add(piece);
    for (ByteBuffer bytes : piece.nioBuffers()) {
      sum.update(bytes);
    }
  }

  /** Views of the bytes, in order. */
  ByteBuffer[] nioBuffers() {
    List<ByteBuffer> buffers = new ArrayList<>(pieces.size());
    for (ByteBuf piece : pieces) {
      buffers.addAll(List.of(piece.nioBuffers()));
    }
    return buffers.toArray(new ByteBuffer[0]);
  }

  void release() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
  }
}
