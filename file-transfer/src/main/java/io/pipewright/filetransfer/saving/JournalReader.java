package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/** Reads a {@link Journal} from its start to the last record that is whole. */
final class JournalReader {

  /** What a journal says. */
  interface Content {

    void file(String name, long size);

    void server(String server, FileVersion version);

    /** Returns whether the file has that block; if not, this and what follows is no record. */
    boolean block(int index, int sum);
  }

  private static final int FILE_BYTES = Long.BYTES;
  private static final int SERVER_BYTES = FileVersion.BYTES;
  private static final int BLOCK_BYTES = 2 * Integer.BYTES;

  private final FileChannel channel;

  /** A record of any length fits, and the life before it. */
  private final ByteBuffer in = ByteBuffer.allocate(128 << 10).flip();

  private long position;
  private long life;
  private long end;

  JournalReader(FileChannel channel) {
    this.channel = channel;
  }

  /** The random number in the header. */
  long life() {
    return life;
  }

  /** Where the last whole record ends. */
  long end() {
    return end;
  }

  /** Reads the file; returns whether it is a journal of this format, with a file in it. */
  boolean read(Content content) throws IOException {
    if (!readHeader()) {
      return false;
    }
    boolean first = true;
    while (readRecord(content, first)) {
      first = false;
    }
    return !first;
  }

  private boolean readHeader() throws IOException {
    if (!has(Journal.HEADER_BYTES)) {
      return false;
    }
    int at = in.position();
    int sum = Journal.sum(in, at, at + Journal.HEADER_BYTES - Journal.SUM_BYTES);
    long magic = in.getLong();
    int format = in.getInt();
    life = in.getLong();
    end = Journal.HEADER_BYTES;
    return in.getInt() == sum && magic == Journal.MAGIC && format == Journal.FORMAT;
  }

  /** Returns whether there was one more. */
  private boolean readRecord(Content content, boolean first) throws IOException {
    if (!has(Journal.RECORD_HEADER_BYTES)) {
      return false;
    }
    int length = Short.toUnsignedInt(in.getShort(in.position() + 1));
    int whole = Journal.RECORD_HEADER_BYTES + length + Journal.SUM_BYTES;
    if (!has(whole)) {
      return false;
    }
    int start = in.position();
    byte type = in.get(start);
    int sum = in.getInt(start + Journal.RECORD_HEADER_BYTES + length);
    if (sum != sum(start, Journal.RECORD_HEADER_BYTES + length)) {
      return false;
    }
    in.position(start + Journal.RECORD_HEADER_BYTES);
    if (first != (type == Journal.FILE) || !take(type, length, content)) {
      return false;
    }
    in.position(start + whole);
    end += whole;
    return true;
  }

  private int sum(int start, int length) {
    ByteBuffer summed = ByteBuffer.allocate(Long.BYTES + length).putLong(life);
    summed.put(in.duplicate().limit(start + length).position(start));
    return Journal.sum(summed, 0, summed.position());
  }

  private boolean take(byte type, int length, Content content) {
    switch (type) {
      case Journal.FILE -> {
        if (length < FILE_BYTES) {
          return false;
        }
        long size = in.getLong();
        content.file(text(length - FILE_BYTES), size);
      }
      case Journal.SERVER -> {
        if (length < SERVER_BYTES) {
          return false;
        }
        FileVersion version = new FileVersion(in.getLong(), in.getLong());
        content.server(text(length - SERVER_BYTES), version);
      }
      case Journal.BLOCK -> {
        return length == BLOCK_BYTES && content.block(in.getInt(), in.getInt());
      }
      default -> {
        // of a later version, which wrote nothing that this one must know
      }
    }
    return true;
  }

  private String text(int bytes) {
    byte[] text = new byte[bytes];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Whether so many bytes are left, having them in the buffer. */
  private boolean has(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return true;
    }
    in.compact();
    int read = 0;
    while (in.position() < bytes && read >= 0) {
      read = channel.read(in, position);
      position += Math.max(read, 0);
    }
    in.flip();
    return in.remaining() >= bytes;
  }
}
