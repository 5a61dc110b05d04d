package io.pipewright.capture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** A file on a disk with so much room, which fails in the middle of what it is given, and can be made to hang. */
final class FullDisk implements SeekableByteChannel {

  private final int room;
  private final Semaphore works = new Semaphore(1);
  private byte[] content = {};

  FullDisk(int room) {
    this.room = room;
  }

  void hang() {
    works.acquireUninterruptibly();
  }

  void goOn() {
    works.release();
  }

  byte[] content() {
    return content;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    works.acquireUninterruptibly();
    works.release();
    if (content.length == room) {
      throw new IOException("No space left on device");
    }
    int length = Math.min(bytes.remaining(), room - content.length);
    byte[] some = new byte[length];
    bytes.get(some);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(content);
    all.writeBytes(some);
    content = all.toByteArray();
    return length;
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    content = Arrays.copyOf(content, (int) size);
    return this;
  }

  @Override
  public int read(ByteBuffer bytes) {
    throw new UnsupportedOperationException("only written");
  }

  @Override
  public long position() {
    return content.length;
  }

  @Override
  public SeekableByteChannel position(long position) {
    throw new UnsupportedOperationException("only written in order");
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
