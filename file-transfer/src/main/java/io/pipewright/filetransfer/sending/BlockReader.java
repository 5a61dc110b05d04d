package io.pipewright.filetransfer.sending;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.framing.RawBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * Puts a header with its sum before the bytes of each block: those of another reader. When a header is handed on, the file had
 * its version still after the block's bytes had been summed. What is sent after it may have been changed since; then the sum
 * tells whoever receives it.
 *
 * <p>A stretch ends at a line of the grid or lies within a block, whose sum is made with its first stretch.
 */
final class BlockReader implements PieceReader {

  private final PieceReader pieces;
  private final Summing summing;
  private final long begin;
  private final long end;

  /**
   * @param pieces reads the bytes
   * @param summing knows or makes the sums
   * @param begin where the transfer begins
   * @param end where it ends
   */
  BlockReader(PieceReader pieces, Summing summing, long begin, long end) {
    this.pieces = pieces;
    this.summing = summing;
    this.begin = begin;
    this.end = end;
  }

  /** The first stretch is of one block, so that the first byte leaves soon. */
  @Override
  public int stretch(long position, long end) {
    int most = pieces.stretch(position, end);
    int toLine = Blocks.toNextLine(position);
    if (position == begin || most <= toLine) {
      return Math.min(most, toLine);
    }
    return position + most == end ? most : toLine + (most - toLine) / Blocks.BYTES * Blocks.BYTES;
  }

  private record Sum(long offset, int length, int value) {}

  @Override
  public List<Piece> read(SharedFile file, long position, int length) throws IOException {
    if (pieces instanceof RegionReader regions) {
      return regions(regions, file, position, length);
    }
    boolean begins = beginsBlock(position);
    int block = (int) Math.min(Blocks.toNextLine(position), end - position);
    if (begins && length < block) {
      return raw(header(file, position, block), pieces.read(file, position, length));
    }
    List<Piece> read = pieces.read(file, position, length);
    try {
      return raw(begins ? header(file, position, length, read) : null, read);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      Piece.release(read);
      throw e;
    }
  }

  private boolean beginsBlock(long position) {
    return position == begin || Blocks.toNextLine(position) == Blocks.BYTES;
  }

  /** Behind a header, if there is one: bytes that are no frame. */
  private static List<Piece> raw(Piece header, List<Piece> buffers) {
    List<Piece> all = new ArrayList<>(buffers.size() + 1);
    if (header != null) {
      all.add(header);
    }
    for (Piece buffer : buffers) {
      all.add(new Piece(RawBytes.of((ByteBuf) buffer.message()), buffer.bytes()));
    }
    return all;
  }

  /** Of a block that is too long to be kept in memory: it is read for its sum, and again to be sent. */
  private Piece header(SharedFile file, long offset, int length) throws IOException {
    OptionalInt known = summing.known(file, offset, length);
    int sum = known.isPresent() ? known.getAsInt() : summing.read(file, offset, length);
    return confirmed(file, new Sum(offset, length, sum));
  }

  /** Of a block that is in memory. */
  private Piece header(SharedFile file, long offset, int length, List<Piece> read)
      throws IOException {
    OptionalInt known = summing.known(file, offset, length);
    int sum = known.isPresent() ? known.getAsInt() : sumOf(read);
    return confirmed(file, new Sum(offset, length, sum));
  }

  private static int sumOf(List<Piece> read) {
    CRC32C sum = new CRC32C();
    read.forEach(piece -> BlockSums.add(sum, (ByteBuf) piece.message()));
    return (int) sum.getValue();
  }

  private Piece confirmed(SharedFile file, Sum sum) throws IOException {
    file.checkVersion();
    summing.confirm(file, sum.offset(), sum.length(), sum.value());
    return headerOf(sum);
  }

  private static Piece headerOf(Sum sum) {
    return new Piece(new Answer.Data(sum.offset(), sum.length(), sum.value()), 0);
  }

  private List<Piece> regions(RegionReader regions, SharedFile file, long position, int length)
      throws IOException {
    List<Sum> sums = new ArrayList<>();
    long last = position + length;
    for (long at = position; at < last; ) {
      int block = (int) Math.min(Blocks.toNextLine(at), last - at);
      OptionalInt known = summing.known(file, at, block);
      if (known.isPresent()) {
        regions.warm(file, at, block);
      }
      int sum = known.isPresent() ? known.getAsInt() : summing.read(file, at, block);
      sums.add(new Sum(at, block, sum));
      at += block;
    }
    file.checkVersion(); // once for all of them: after the last was summed, so after each
    List<Piece> stretch = new ArrayList<>();
    for (Sum sum : sums) {
      summing.confirm(file, sum.offset(), sum.length(), sum.value());
      stretch.add(headerOf(sum));
      regions.addTo(stretch, file, sum.offset(), sum.length());
    }
    return stretch;
  }
}
