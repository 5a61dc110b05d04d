package io.pipewright.filetransfer.sending;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;

/**
 * Pieces as buffers, for a channel that cannot send regions rightly: Netty's io_uring transport
 * (4.2.18) takes a region's offset for an {@code int}, and beyond 2 GiB sends the wrong bytes.
 */
final class BufferReader implements PieceReader {

  private static final int PIECE_BYTES = 128 << 10;

  private final ByteBufAllocator allocator;

  BufferReader(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public int stretchBytes() {
    return PIECE_BYTES;
  }

  @Override
  public List<Piece> read(SharedFile file, long position, int length) throws IOException {
    ByteBuf buffer = allocator.directBuffer(length, length);
    try {
      while (buffer.isWritable()) {
        long from = position + buffer.writerIndex();
        int bytes = buffer.writableBytes();
        int read = file.read(buffer.internalNioBuffer(buffer.writerIndex(), bytes), from);
        if (read <= 0) {
          throw new FileTruncatedException(file.size(), from);
        }
        buffer.writerIndex(buffer.writerIndex() + read);
      }
      return List.of(new Piece(buffer, length));
    } catch (IOException | RuntimeException e) {
      buffer.release();
      throw e;
    }
  }
}
