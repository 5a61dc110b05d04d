package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular file inside the shared folder, open for reading. Whoever got it closes it, on a worker
 * thread.
 *
 * @param name the name it was asked for by
 * @param channel the open file; read it by position, so that several may read at once
 * @param size its length in bytes at the moment it was opened: what is promised to the peer
 */
public record OpenFile(FileName name, FileChannel channel, long size)
    implements Opening, Closeable {

  private static final Logger log = LoggerFactory.getLogger(OpenFile.class);

  /** Closes the file. That this fails, for a file that was only read, is worth a line in the log. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      log.warn("a file that was read could not be closed: {}", e.toString());
    }
  }
}
