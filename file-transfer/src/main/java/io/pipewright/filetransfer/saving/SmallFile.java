package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file of at most one block, which is written in one go: under a hidden name that is used once, then renamed. There is no journal: a
 * crash costs the block, and may leave the hidden file behind.
 *
 * @param folder the folder of the user's
 * @param name the final name in it; folders are made as needed
 * @param size its length in bytes, at most {@link Blocks#BYTES}
 * @param lastModified when it was modified, as the server says
 * @param policy what happens if something has the name
 * @param force whether to wait until the bytes would survive a power cut; the names do when {@link TargetFolder#force} has been
 *     called, which is for the end of many files
 */
public record SmallFile(
    TargetFolder folder,
    SafeName name,
    int size,
    Instant lastModified,
    ExistingFile policy,
    boolean force) {

  private static final String RUN = "%08x".formatted(ThreadLocalRandom.current().nextInt());
  private static final AtomicLong COUNT = new AtomicLong();

  /** Checks the size. */
  public SmallFile {
    if (size < 0 || size > Blocks.BYTES) {
      throw new IllegalArgumentException("%d bytes are not one block".formatted(size));
    }
  }

  /**
   * Writes the file. Blocks.
   *
   * @param content exactly {@link #size} bytes in all; they are read
   * @return where it is, or what is there and stays
   * @throws IllegalArgumentException for another number of bytes
   * @throws SavingException if something is in the way, or the disk says no: then nothing of it is left
   */
  public Placement save(ByteBuffer... content) {
    long bytes = Arrays.stream(content).mapToLong(ByteBuffer::remaining).sum();
    if (bytes != size) {
      throw new IllegalArgumentException("%d bytes, not %d".formatted(bytes, size));
    }
    return DiskCall.run(() -> folder.pathOf(name), () -> {
      try (TargetFolder.Lease lease = folder.lease(name, true)) {
        Placement placement = saveIn(lease.folder(), content);
        if (force) {
          lease.touch();
        }
        return placement;
      }
    });
  }

  private Placement saveIn(Folder in, ByteBuffer... content) throws IOException {
    Path hidden = NativePath.of(
        HiddenName.passing(name.file(), RUN + "-" + Long.toHexString(COUNT.getAndIncrement())));
    boolean placed = false;
    try (FileChannel channel = in.open(hidden, Folder.NEW)) {
      write(channel, content);
      in.setLastModified(hidden, lastModified);
      if (force) {
        channel.force(true);
      }
      Placement placement = FinalName.give(in, hidden, name.file(), size, policy);
      placed = true;
      return placement;
    } finally {
      if (!placed) {
        in.delete(hidden);
      }
    }
  }

  private void write(FileChannel channel, ByteBuffer... content) throws IOException {
    long left = size;
    while (left > 0) {
      left -= content.length == 1 ? channel.write(content[0]) : channel.write(content);
    }
  }
}
