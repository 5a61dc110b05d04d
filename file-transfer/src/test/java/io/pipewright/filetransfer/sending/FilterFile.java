package io.pipewright.filetransfer.sending;

import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;

/** Another file, but for what a test overrides. */
class FilterFile implements StoredFile {

  private final StoredFile file;

  FilterFile(StoredFile file) {
    this.file = file;
  }

  @Override
  public FileName name() {
    return file.name();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Instant lastModified() {
    return file.lastModified();
  }

  @Override
  public FileVersion version() {
    return file.version();
  }

  @Override
  public FileVersion currentVersion() throws IOException {
    return file.currentVersion();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public Optional<FileChannel> channel() {
    return file.channel();
  }

  @Override
  public void close() {
    file.close();
  }
}
