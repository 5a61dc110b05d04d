package io.pipewright.filetransfer.sending;

import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;

/**
 * A piece of a file for {@code sendfile(2)}. Unlike its parent it does not close the file when it
 * has been written, since other pieces of it follow, but releases its share of it.
 */
final class SharedRegion extends DefaultFileRegion {

  private final SharedFile file;

  /** Retains the file, whose channel that is. */
  SharedRegion(SharedFile file, FileChannel channel, long position, long count) {
    super(channel, position, count);
    this.file = file;
    file.retain();
  }

  @Override
  protected void deallocate() {
    file.release();
  }
}
