package io.pipewright.filetransfer.sending;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Pieces for {@code sendfile(2)}: no byte is copied by us. What the kernel does not hold in its page
 * cache yet is read here, on the worker, since {@code sendfile} would wait for the disk on the event
 * loop. A stretch is long, to be worth the way to a worker and back; its pieces are short, so that
 * other connections of the event loop have their turn between two of them.
 *
 * <p>Whether a page is in memory is told by the time that reading a byte of it takes. One byte is
 * read at every {@value #STRIDE_BYTES} bytes, which is what kernels read ahead at least; after a
 * slow one the next {@value #READ_THROUGH_BYTES} bytes are read whole.
 */
final class RegionReader implements PieceReader {

  private static final int STRETCH_BYTES = 8 << 20;
  private static final int PIECE_BYTES = 2 << 20;
  private static final int STRIDE_BYTES = 128 << 10;
  private static final int READ_THROUGH_BYTES = 1 << 20;
  private static final int SCRATCH_BYTES = 128 << 10;

  /** Far above a read from memory (about 1 µs), below any disk's. */
  private static final long SLOW_NANOS = 100_000;

  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));

  private final LongSupplier nanoTime;

  RegionReader() {
    this(System::nanoTime);
  }

  /** With a clock that tests move. */
  RegionReader(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public int stretchBytes() {
    return STRETCH_BYTES;
  }

  @Override
  public List<Piece> read(SharedFile file, long position, int length) throws IOException {
    long end = position + length;
    long next = position;
    while (next < end) {
      next = isQuick(file, next)
          ? next + STRIDE_BYTES
          : readThrough(file, next, Math.min(next + READ_THROUGH_BYTES, end));
    }
    List<Piece> pieces = new ArrayList<>();
    for (long from = position; from < end; from += PIECE_BYTES) {
      int bytes = (int) Math.min(PIECE_BYTES, end - from);
      pieces.add(new Piece(new SharedRegion(file, from, bytes), bytes));
    }
    return pieces;
  }

  private boolean isQuick(SharedFile file, long position) throws IOException {
    long start = nanoTime.getAsLong();
    readSome(file, position, 1);
    return nanoTime.getAsLong() - start < SLOW_NANOS;
  }

  private static long readThrough(SharedFile file, long from, long end) throws IOException {
    long position = from;
    while (position < end) {
      position += readSome(file, position, (int) Math.min(SCRATCH_BYTES, end - position));
    }
    return position;
  }

  private static int readSome(SharedFile file, long position, int length) throws IOException {
    FileChannel channel = file.channel();
    int read = channel.read(SCRATCH.get().clear().limit(length), position);
    if (read <= 0) {
      throw new FileTruncatedException(file.size(), channel.size());
    }
    return read;
  }
}
