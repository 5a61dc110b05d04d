package io.pipewright.filetransfer.sending;

import io.netty.util.AbstractReferenceCounted;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

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

  Optional<FileChannel> channel() {
    return file.channel();
  }

  long size() {
    return file.size();
  }

  FileVersion version() {
    return file.version();
  }

  /**
   * Reads some bytes, one at least.
   *
   * @throws FileTruncatedException if there is none at that position any more
   */
  int read(ByteBuffer target, long position) throws IOException {
    int read = file.read(target, position);
    if (read <= 0) {
      throw new FileTruncatedException(file.size(), position);
    }
    return read;
  }

  /**
   * Looks whether it is still the file that was opened.
   *
   * @throws VersionChangedException if it is not
   */
  void checkVersion() throws IOException {
    if (!file.currentVersion().equals(file.version())) {
      throw new VersionChangedException();
    }
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
