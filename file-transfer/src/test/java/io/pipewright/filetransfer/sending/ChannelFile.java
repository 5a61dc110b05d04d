package io.pipewright.filetransfer.sending;

import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;

/** A stored file that is nothing but a channel. */
record ChannelFile(FileChannel file, long size) implements StoredFile {

  @Override
  public FileName name() {
    return FileName.of("f");
  }

  @Override
  public Instant lastModified() {
    return Instant.EPOCH;
  }

  @Override
  public FileVersion version() {
    return new FileVersion(1, 1);
  }

  @Override
  public FileVersion currentVersion() {
    return version();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public Optional<FileChannel> channel() {
    return Optional.of(file);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
