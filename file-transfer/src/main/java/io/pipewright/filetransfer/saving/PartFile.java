package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.NativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/**
 * A file that is being fetched, block by block and in any order: {@code .NAME.pipewright-part} has the bytes, and {@code
 * .NAME.pipewright-journal} says which blocks are right, so that a later run can go on where this one ended, however it ended. {@link
 * #commit} gives it its name, in one step; {@link #close} keeps both files; {@link #discard} removes them.
 *
 * <p>A block is in one of three states. A run that goes on finds blocks <em>claimed</em> by the journal of the last, which {@link
 * #recheck} reads again; what passes, and what is fetched and passes, is <em>verified</em>; all others are to be fetched.
 *
 * <p>Thread-safe; every method that touches the disk blocks. A thread in one of them must not be interrupted: that closes the file for
 * all. The lock of the journal keeps other downloads of the same file away.
 */
public final class PartFile implements Closeable {

  private final TargetFolder.Lease lease;
  private final SafeName name;
  private final FileName source;
  private final long size;
  private final JournalLock lock;
  private final Journal journal;
  private final FileChannel channel;
  private final BlockStates states;
  private final BlockWriters writers;
  private final Map<String, FileVersion> servers;
  private final Optional<String> whyAnew;

  /** Made by {@link PartFileOpening}. */
  PartFile(PartFileOpening opening) {
    this.lease = opening.lease;
    this.name = opening.name;
    this.source = opening.source;
    this.size = opening.size;
    this.lock = opening.lock;
    this.journal = opening.journal;
    this.channel = opening.channel;
    this.states = opening.states;
    this.servers = opening.servers;
    this.whyAnew = Optional.ofNullable(opening.whyAnew);
    this.writers = new BlockWriters(this);
  }

  /**
   * Opens a file to fetch, going on with what an earlier run left of it. An earlier part of another name on the server or of another
   * size is thrown away.
   *
   * @param folder the folder of the user's; it must stay open longer than this
   * @param name the final name in it; folders are made as needed
   * @param source the name that the server knows it by
   * @param size its length in bytes
   * @return the open file, to be committed, closed or discarded by the caller
   * @throws PartFileBusyException if it is being fetched already
   * @throws InsufficientSpaceException if the file system has less space than is still to come
   * @throws SavingException if the disk says no
   */
  public static PartFile open(TargetFolder folder, SafeName name, FileName source, long size) {
    return new PartFileOpening(folder, name, source, size).open();
  }

  /**
   * Removes what an earlier run left of a file that is not wanted any longer, or is here already.
   *
   * @param folder the folder of the user's
   * @param name the final name in it
   * @throws PartFileBusyException if it is being fetched
   * @throws SavingException if the disk says no
   */
  public static void removeLeftovers(TargetFolder folder, SafeName name) {
    PartFileOpening.removeLeftovers(folder, name);
  }

  /** The path that the file will have. */
  public Path path() {
    return lease.folder().path().resolve(NativePath.of(name.file()));
  }

  /** Its length in bytes. */
  public long size() {
    return size;
  }

  /** How many blocks it has. */
  public int blocks() {
    return (int) Blocks.count(size);
  }

  /** Why an earlier part was thrown away when this was opened, as the end of a sentence; nothing if there was none or it goes on. */
  public Optional<String> whyAnew() {
    return whyAnew;
  }

  /** The servers, as {@code host:port}, that the blocks came from, and the version of the file at each. */
  public synchronized Map<String, FileVersion> servers() {
    return Map.copyOf(servers);
  }

  /**
   * Notes that blocks come from a server.
   *
   * @param server where it is, as {@code host:port}
   * @param version the file's there
   */
  public void addServer(String server, FileVersion version) {
    synchronized (this) {
      if (version.equals(servers.put(server, version))) {
        return;
      }
    }
    onDisk(() -> journal.server(server, version));
  }

  /** Forgets every block and every server, as when the file has changed on its server. */
  public void restart() {
    onDisk(() -> journal.begin(source, size));
    states.clear();
    synchronized (this) {
      servers.clear();
    }
  }

  /**
   * Reads every claimed block again: it is verified if its sum is still right, and else to be fetched. May be called while other
   * blocks are being fetched; one that is claimed must not be.
   *
   * @param checked told how many bytes have been read, after each block
   */
  public void recheck(LongConsumer checked) {
    onDisk(() -> new Recheck(channel, states, size).run(checked));
  }

  /**
   * Writes bytes, of which nothing is known yet.
   *
   * @param position where in the file
   * @param bytes all that is readable, within the file; stays the caller's, and its indexes stay
   * @throws NotWritableException if the disk says no
   */
  public void write(long position, ByteBuf bytes) {
    if (position < 0 || bytes.readableBytes() > size - position) {
      throw new IndexOutOfBoundsException(
          "%d bytes at %d in a file of %d bytes".formatted(bytes.readableBytes(), position, size));
    }
    onDisk(() -> {
      long at = position;
      for (ByteBuffer piece : bytes.nioBuffers()) {
        at = writeNow(at, piece);
      }
    });
  }

  /** Writes bytes; returns where they end. */
  long writeNow(long position, ByteBuffer bytes) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return at;
  }

  /**
   * Notes that a block has been written and is right.
   *
   * @param block its index
   * @param sum its CRC32C
   * @throws NotWritableException if the disk says no
   */
  public void verified(long block, int sum) {
    if (states.verify(index(block), sum)) {
      onDisk(() -> journal.block((int) block, sum));
    }
  }

  /** Whether a block is here and right. */
  public boolean isVerified(long block) {
    return states.isVerified(index(block));
  }

  /** Whether a block may be here, as the journal says: {@link #recheck} finds out. */
  public boolean isClaimed(long block) {
    return states.isClaimed(index(block));
  }

  /** The CRC32C of a block that is verified or claimed. */
  public OptionalInt sum(long block) {
    return states.sum(index(block));
  }

  private int index(long block) {
    Blocks.length(block, size); // refuses what is none
    return (int) block;
  }

  /** The indexes of the blocks that are here and right, at this moment; the caller's own. */
  public BitSet verifiedBlocks() {
    return states.verified();
  }

  /** The indexes of the blocks that may be here, at this moment; the caller's own. */
  public BitSet claimedBlocks() {
    return states.claimed();
  }

  /** How many bytes are here and right. */
  public long verifiedBytes() {
    return states.verifiedBytes();
  }

  /** How many bytes may be here, which {@link #recheck} has still to read. */
  public long claimedBytes() {
    return states.claimedBytes();
  }

  /** Who writes which block at this moment. */
  BlockWriters writers() {
    return writers;
  }

  /**
   * The SHA-256 of the file as it is on the disk.
   *
   * @param read told how many bytes have been read, now and then
   * @return 32 bytes
   */
  public byte[] sha256(LongConsumer read) {
    return onDisk(() -> Sha256.of(channel, size, read));
  }

  /**
   * Gives the file its time and its name, in one step, and removes the journal. This is then closed, unless it throws.
   *
   * @param lastModified when it was modified, as the server says
   * @param policy what happens if something has the name
   * @param force whether to wait until the file and its name would survive a power cut
   * @return where it is, or what is there and stays
   * @throws TargetExistsException if something is there and the policy refuses; what has been fetched stays for another run
   * @throws NotWritableException if the disk says no; what has been fetched stays
   * @throws IllegalStateException if a block is not verified
   */
  public Placement commit(Instant lastModified, ExistingFile policy, boolean force) {
    if (!states.allVerified()) {
      throw new IllegalStateException(
          "%s is not complete: %d of %d bytes are verified".formatted(name, verifiedBytes(), size));
    }
    Folder folder = lease.folder();
    Path part = NativePath.of(HiddenName.part(name.file()));
    return onDisk(() -> {
      folder.setLastModified(part, lastModified);
      if (force) {
        channel.force(true);
      }
      Placement placement = FinalName.give(folder, part, name.file(), size, policy);
      channel.close();
      if (force) {
        lease.force();
      }
      folder.delete(NativePath.of(HiddenName.journal(name.file()))); // still locked
      close();
      return placement;
    });
  }

  /** Removes everything that has been fetched, and closes this. */
  public void discard() {
    onDisk(() -> {
      channel.close();
      lease.folder().delete(NativePath.of(HiddenName.part(name.file())));
      lease.folder().delete(NativePath.of(HiddenName.journal(name.file())));
    });
    close();
  }

  /** Closes the files and keeps them: another run can go on with them. Without effect when it is closed. */
  @Override
  public void close() {
    PartFileOpening.closeAll(this::path, lease, lock, channel);
  }

  private <T> T onDisk(DiskCall<T> call) {
    return DiskCall.run(this::path, call);
  }

  private void onDisk(DiskCall.Step step) {
    DiskCall.run(this::path, step);
  }
}
