package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Says which blocks of a part file are right: a file that only grows. Big-endian throughout.
 *
 * <pre>
 *   header   89 'PWJRNL' 0A │ format u32 = 1 │ life u64, random │ CRC32C of all that u32
 *   record   type u8 │ length u16 │ payload │ CRC32C of life, type, length and payload u32
 *
 *   type 1   FILE     size u64 │ the name asked for, UTF-8                     the first record, once
 *   type 2   SERVER   version 16 bytes │ host:port, UTF-8                      a server that has the file, and as what
 *   type 3   BLOCK    index u32 │ CRC32C of the block u32                      a block is in the part file, and was right
 * </pre>
 *
 * Records of other types are skipped. Of two records on the same server or block, the later counts. What follows the first record
 * that is cut or whose sum is wrong is none: it is cut off. The life keeps records of an earlier download, which a power cut may
 * bring back, from being taken for ones of this.
 *
 * <p>Nothing here is forced to the disk: a block that the journal names is believed only when it has been read again. So a lost
 * record costs a block, and a wrong one too.
 *
 * <p>Thread-safe.
 */
final class Journal implements Closeable {

  static final long MAGIC = 0x8950574a524e4c0aL;
  static final int FORMAT = 1;
  static final int HEADER_BYTES = 24;
  static final int RECORD_HEADER_BYTES = 3;
  static final int SUM_BYTES = 4;

  static final byte FILE = 1;
  static final byte SERVER = 2;
  static final byte BLOCK = 3;

  /** The longest text of a record: a name has 1024 bytes, and a host 255 and a port. */
  private static final int MAX_TEXT_BYTES = 1 << 10;

  private final FileChannel channel;
  private final ByteBuffer out = ByteBuffer.allocateDirect(2 << 10);
  private long life;
  private long end;

  /**
   * @param channel a file that is open to read and write, and locked; closed with this
   */
  Journal(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Reads what is there, cuts off what is no record, and goes on behind.
   *
   * @param content told what the journal says, in order
   * @return whether it is a journal at all
   */
  synchronized boolean resume(JournalReader.Content content) throws IOException {
    JournalReader reader = new JournalReader(channel);
    if (!reader.read(content)) {
      return false;
    }
    life = reader.life();
    end = reader.end();
    channel.truncate(end);
    return true;
  }

  /** Begins anew: nothing that was there counts any longer. */
  synchronized void begin(FileName name, long size) throws IOException {
    channel.truncate(0);
    end = 0;
    life = ThreadLocalRandom.current().nextLong();
    out.clear().putLong(MAGIC).putInt(FORMAT).putLong(life);
    out.putInt(sum(out, 0, HEADER_BYTES - SUM_BYTES));
    append();
    startRecord(FILE).putLong(size).put(text(name.toString()));
    endRecord();
  }

  synchronized void server(String server, FileVersion version) throws IOException {
    startRecord(SERVER).putLong(version.high()).putLong(version.low()).put(text(server));
    endRecord();
  }

  synchronized void block(int index, int sum) throws IOException {
    startRecord(BLOCK).putInt(index).putInt(sum);
    endRecord();
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "a text of %d bytes, more than %d".formatted(bytes.length, MAX_TEXT_BYTES));
    }
    return bytes;
  }

  private ByteBuffer startRecord(byte type) {
    return out.clear().putLong(life).put(type).putShort((short) 0);
  }

  /** The life is summed with the record, and not written. */
  private void endRecord() throws IOException {
    int payload = out.position() - Long.BYTES - RECORD_HEADER_BYTES;
    out.putShort(Long.BYTES + 1, (short) payload);
    out.putInt(sum(out, 0, out.position()));
    append(Long.BYTES);
  }

  private void append() throws IOException {
    append(0);
  }

  /** If it fails in the middle, the next record is written over what is there. */
  private void append(int from) throws IOException {
    out.flip().position(from);
    long at = end;
    while (out.hasRemaining()) {
      at += channel.write(out, at);
    }
    end = at;
  }

  static int sum(ByteBuffer bytes, int from, int to) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.duplicate().limit(to).position(from));
    return (int) sum.getValue();
  }

  /** Closes the file, which gives the lock away. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
