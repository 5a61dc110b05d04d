package io.pipewright.filetransfer.sending;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.zip.CRC32C;

/**
 * Sums of parts of files. A whole block is read once for all who want its sum at the same time, and its sum is remembered.
 * Thread-safe; for workers, since it reads.
 *
 * <p>A sum holds for the bytes that were read. That they were of the file's version, only a look at the version afterwards tells
 * ({@link SharedFile#checkVersion}); {@link #confirm} is to be called when it has.
 */
final class Summing {

  private record Block(FileVersion version, long index) {}

  private final SumCache cache;
  private final ConcurrentMap<Block, CompletableFuture<Integer>> underWay =
      new ConcurrentHashMap<>();

  Summing(SumCache cache) {
    this.cache = cache;
  }

  /** A sum that needs no reading. */
  OptionalInt known(SharedFile file, long offset, int length) {
    return isWholeBlock(file, offset, length)
        ? cache.find(file.version(), Blocks.of(offset))
        : OptionalInt.empty();
  }

  /** The sum of a part of one block, read for it. */
  int read(SharedFile file, long offset, int length) throws IOException {
    if (!isWholeBlock(file, offset, length)) {
      return readAlone(file, offset, length);
    }
    Block block = new Block(file.version(), Blocks.of(offset));
    CompletableFuture<Integer> own = new CompletableFuture<>();
    CompletableFuture<Integer> others = underWay.putIfAbsent(block, own);
    if (others != null) {
      try {
        return others.join();
      } catch (CompletionException e) {
        return readAlone(file, offset, length); // it may fare better, or knows its own reason
      }
    }
    try {
      int sum = readAlone(file, offset, length);
      own.complete(sum);
      return sum;
    } catch (IOException | RuntimeException | Error e) {
      own.completeExceptionally(e);
      throw e;
    } finally {
      underWay.remove(block);
    }
  }

  private static int readAlone(SharedFile file, long offset, int length) throws IOException {
    CRC32C sum = new CRC32C();
    Scratch.readThrough(file, offset, length, sum::update);
    return (int) sum.getValue();
  }

  /** Remembers a sum, if it is a whole block's: the file had its version still after the block was read. */
  void confirm(SharedFile file, long offset, int length, int sum) {
    if (isWholeBlock(file, offset, length)) {
      cache.keep(file.version(), Blocks.of(offset), Blocks.count(file.size()), sum);
    }
  }

  private static boolean isWholeBlock(SharedFile file, long offset, int length) {
    long index = Blocks.of(offset);
    return offset == Blocks.offset(index) && length == Blocks.length(index, file.size());
  }
}
