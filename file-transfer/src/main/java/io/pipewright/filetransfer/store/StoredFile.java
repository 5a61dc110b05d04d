package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that is open for reading. What it was at the moment of opening, it stays: size, time and
 * version do not change though the file may; {@link #currentVersion} tells that.
 *
 * <p>Thread-safe. Whoever got it closes it, on a worker thread, when nothing is read any more.
 */
public non-sealed interface StoredFile extends Opening, Closeable {

  /** The name it was asked for by. */
  FileName name();

  /** Its length in bytes at the moment it was opened: what is promised to the peer. */
  long size();

  /** When its bytes were last changed, as exactly as the store knows, nanoseconds at best. */
  Instant lastModified();

  /** Which bytes these are. Two openings that say the same version gave the same bytes. */
  FileVersion version();

  /**
   * Looks again which version the name has: whoever read some bytes and finds the version of the
   * opening here may be sure that they belong to it. May block.
   *
   * @return {@link #version()} if nothing changed, else another; {@link FileVersion#GONE} if the name
   *     is not given any more
   * @throws IOException if nobody can tell
   */
  FileVersion currentVersion() throws IOException;

  /**
   * Reads some bytes. May block.
   *
   * @param target takes them; at most what remains of it is read
   * @param position of the first byte in the file
   * @return how many, or -1 at or behind the end; 0 only if nothing remains of the target
   * @throws IOException if the file cannot be read
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * The file as the operating system has it, if it does, for {@code sendfile(2)}. It is the store's
   * to close, and is read by position only.
   */
  Optional<FileChannel> channel();

  /** Closes the file. A failure is the store's to log. */
  @Override
  void close();
}
