package io.pipewright.capture;

import io.pipewright.capture.Packet.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A pcap file in writing: its header, then whole records, at every time and whatever the disk says. Used by one thread; the
 * counts may be read by others.
 */
final class PcapFile implements Closeable {

  static final int HEADER_BYTES = 24;

  private static final int MAGIC = 0xa1b2c3d4; // big-endian, microseconds
  private static final int SNAP_BYTES = 262_144; // more than any record has
  private static final int LINKTYPE_RAW = 101;

  private static final String OWNER_ONLY = "rw-------";
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final SeekableByteChannel channel;
  private final long maxBytes;
  private final ByteBuffer batch = ByteBuffer.allocateDirect(2 * PacketEncoder.MAX_RECORD_BYTES);
  private int batchedPackets;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong packets = new AtomicLong();

  /** Writes the header. */
  PcapFile(SeekableByteChannel channel, long maxBytes) throws IOException {
    this.channel = channel;
    this.maxBytes = maxBytes;
    batch.putInt(MAGIC).putShort((short) 2).putShort((short) 4);
    batch.putLong(0).putInt(SNAP_BYTES).putInt(LINKTYPE_RAW);
    flush();
  }

  /** A new file that nobody but its owner reads, where the file system can tell. */
  static PcapFile create(Path file, long maxBytes) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(file, NEW, attributes(file));
    try {
      return new PcapFile(channel, maxBytes);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static FileAttribute<?>[] attributes(Path file) {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
        }
        : new FileAttribute<?>[0];
  }

  /** A sentence about why {@link #create} failed. */
  static String whyNot(Path file, Exception failure) {
    if (failure instanceof FileAlreadyExistsException) {
      return "cannot capture to " + file + ", which is there already; name a new file";
    }
    if (failure instanceof NoSuchFileException) {
      return "cannot capture to " + file + ": there is no such folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "cannot capture to " + file + ": permission denied";
    }
    return "cannot capture to " + file + ": " + failure.getMessage();
  }

  /**
   * Adds a packet, or as many as its length takes; they are in the file after the next {@link #flush}.
   *
   * @return whether all of it fitted
   */
  boolean append(Packet packet) throws IOException {
    if (packet.length() <= Packet.MAX_PAYLOAD || !(packet instanceof Segment run)) {
      return appendOne(packet);
    }
    for (long done = 0; done < run.length(); done += Packet.MAX_PAYLOAD) {
      Segment one = new Segment(
          run.micros(),
          run.ends(),
          run.sequence() + (int) done,
          run.acknowledged(),
          run.flags(),
          run.content(),
          Math.min(run.length() - done, Packet.MAX_PAYLOAD));
      if (!appendOne(one)) {
        return false;
      }
    }
    return true;
  }

  private boolean appendOne(Packet packet) throws IOException {
    int length = PacketEncoder.recordBytes(packet);
    if (bytes.get() + batch.position() + length > maxBytes) {
      return false;
    }
    if (length > batch.remaining()) {
      flush();
    }
    PacketEncoder.write(packet, batch);
    batchedPackets++;
    return true;
  }

  /** Brings what was added into the file; if that fails, the file ends with the last record that is whole. */
  void flush() throws IOException {
    batch.flip();
    int length = batch.remaining();
    try {
      while (batch.hasRemaining()) {
        channel.write(batch);
      }
    } catch (IOException e) {
      cutToWholeRecords(e);
      throw e;
    }
    batch.clear();
    bytes.addAndGet(length);
    packets.addAndGet(batchedPackets);
    batchedPackets = 0;
  }

  private void cutToWholeRecords(IOException failure) {
    try {
      channel.truncate(bytes.get());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** How long the file is. */
  long bytes() {
    return bytes.get();
  }

  /** How many packets are in the file. */
  long packets() {
    return packets.get();
  }

  /** How many were added and are not in the file. */
  int batchedPackets() {
    return batchedPackets;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
