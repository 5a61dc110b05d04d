package io.pipewright.filetransfer.sending;

import io.netty.channel.DefaultFileRegion;

/**
 * A piece of a file for {@code sendfile(2)}. Unlike its parent it does not close the file when it
 * has been written, since other pieces of it follow, but releases its share of it.
 */
final class SharedRegion extends DefaultFileRegion {

  private final SharedFile file;

  /** Retains the file. */
  SharedRegion(SharedFile file, long position, long count) {
    super(file.channel(), position, count);
    this.file = file;
    file.retain();
  }

  @Override
  protected void deallocate() {
    file.release();
  }
}
