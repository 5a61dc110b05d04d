package io.pipewright.filetransfer.sending;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces as buffers, where a region will not do: TLS encrypts bytes, a store may have no file to take regions of, and Netty's
 * io_uring transport (4.2.18) takes a region's offset for an {@code int}, and beyond 2 GiB sends the wrong bytes.
 */
final class BufferReader implements PieceReader {

  /** Short, so that other connections of the event loop have their turn between two of them. */
  private static final int PIECE_BYTES = 128 << 10;

  private final ByteBufAllocator allocator;
  private final BufferMemory memory;

  BufferReader(ByteBufAllocator allocator, BufferMemory memory) {
    this.allocator = allocator;
    this.memory = memory;
  }

  /** Up to a line of the grid, so that a block that fits at all is read at once. */
  @Override
  public int stretch(long position, long end) {
    int most = (int) Math.min(Blocks.toNextLine(position), end - position);
    return memory.stretchBytes(most);
  }

  @Override
  public List<Piece> read(SharedFile file, long position, int length) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try {
      int done = 0;
      while (done < length) {
        int bytes = Math.min(PIECE_BYTES, length - done);
        pieces.add(new Piece(readBuffer(file, position + done, bytes), bytes));
        done += bytes;
      }
      return pieces;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      Piece.release(pieces);
      throw e;
    }
  }

  private ByteBuf readBuffer(SharedFile file, long position, int length) throws IOException {
    ByteBuf buffer = allocator.directBuffer(length, length);
    try {
      ByteBuffer target = buffer.internalNioBuffer(0, length);
      int begin = target.position();
      while (target.hasRemaining()) {
        file.read(target, position + target.position() - begin);
      }
      return buffer.writerIndex(length);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      buffer.release();
      throw e;
    }
  }
}
