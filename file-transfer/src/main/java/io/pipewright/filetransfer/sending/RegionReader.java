package io.pipewright.filetransfer.sending;

import java.io.IOException;
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

  static final int STRETCH_BYTES = 8 << 20;

  private static final int PIECE_BYTES = 1 << 20;
  private static final int STRIDE_BYTES = 128 << 10;
  private static final int READ_THROUGH_BYTES = 1 << 20;

  /** Far above a read from memory (about 1 µs), below any disk's. */
  private static final long SLOW_NANOS = 100_000;

  private final FileChannel channel;
  private final LongSupplier nanoTime;

  /** Regions of that file. */
  RegionReader(FileChannel channel) {
    this(channel, System::nanoTime);
  }

  /** With a clock that tests move. */
  RegionReader(FileChannel channel, LongSupplier nanoTime) {
    this.channel = channel;
    this.nanoTime = nanoTime;
  }

  @Override
  public int stretch(long position, long end) {
    return (int) Math.min(STRETCH_BYTES, end - position);
  }

  @Override
  public List<Piece> read(SharedFile file, long position, int length) throws IOException {
    warm(file, position, length);
    List<Piece> pieces = new ArrayList<>();
    addTo(pieces, file, position, length);
    return pieces;
  }

  /** Reads what the kernel does not hold in memory yet. */
  void warm(SharedFile file, long position, int length) throws IOException {
    long end = position + length;
    long next = position;
    while (next < end) {
      if (isQuick(file, next)) {
        next += STRIDE_BYTES;
      } else {
        int through = (int) Math.min(READ_THROUGH_BYTES, end - next);
        Scratch.readThrough(file, next, through);
        next += through;
      }
    }
  }

  private boolean isQuick(SharedFile file, long position) throws IOException {
    long start = nanoTime.getAsLong();
    Scratch.readThrough(file, position, 1);
    return nanoTime.getAsLong() - start < SLOW_NANOS;
  }

  /** Adds regions of that length, whether the kernel holds them in memory or not. */
  void addTo(List<Piece> pieces, SharedFile file, long position, int length) {
    long end = position + length;
    for (long from = position; from < end; from += PIECE_BYTES) {
      int bytes = (int) Math.min(PIECE_BYTES, end - from);
      pieces.add(new Piece(new SharedRegion(file, channel, from, bytes), bytes));
    }
  }
}
