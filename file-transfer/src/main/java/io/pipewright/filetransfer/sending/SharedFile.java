package io.pipewright.filetransfer.sending;

import io.netty.util.AbstractReferenceCounted;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * An open file with several users: the transfer, the regions of it that wait to be written, and the
 * worker that makes the next one ready. The last of them to release it has it closed. It must not
 * be closed before: {@code sendfile(2)} works on the bare descriptor's number, and a number that is
 * closed may be another file the next moment.
 */
final class SharedFile extends AbstractReferenceCounted {

  private final StoredFile file;
  private final FileWorkers workers;

  /** Takes over the file, with one reference. */
  SharedFile(StoredFile file, FileWorkers workers) {
    this.file = file;
    this.workers = workers;
  }

  /** Only of files that have one. */
  FileChannel channel() {
    return file.channel().orElseThrow();
  }

  /** As {@link StoredFile#read}. */
  int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  long size() {
    return file.size();
  }

  @Override
  protected void deallocate() {
    workers.execute(file::close);
  }

  @Override
  public SharedFile touch(Object hint) {
    return this;
  }
}
