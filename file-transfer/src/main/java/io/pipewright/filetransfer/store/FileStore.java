package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.util.Optional;

/**
 * Where the files come from that a server gives away: {@link SharedFolder} is one; memory, an archive
 * or an object store are others that users bring.
 *
 * <p>A store is asked by many worker threads at once, never by an event loop: its methods may block,
 * and must be thread-safe. They answer a refusal as a value, and throw nothing: whatever a store
 * throws nevertheless is logged, and the peer gets nothing.
 */
public interface FileStore extends Closeable {

  /**
   * Opens a file.
   *
   * @param name a name that is harmless by its spelling
   * @return a {@link StoredFile}, which the caller closes, or why it is not given
   */
  Opening open(FileName name);

  /**
   * Begins to open several files one after the other, which may cost less than to open each by itself. By default it costs the
   * same.
   *
   * @return what one thread uses, and closes after some milliseconds; its files stay open
   */
  default Visit visit() {
    return this::open;
  }

  /** Opens one file after the other. */
  @FunctionalInterface
  interface Visit extends Closeable {

    /**
     * As {@link FileStore#open}, but what a file says of itself need not be of the bytes in it before {@link
     * StoredFile#currentVersion()} has confirmed it, which is to be asked for once something has been read.
     */
    Opening open(FileName name);

    /** Ends it. */
    @Override
    default void close() {}
  }

  /**
   * Lists a page of a folder: what {@link #open} would give, and folders, but not what is in these.
   *
   * @param folder which; the outermost one if empty
   * @param after the page begins behind this name, which need not exist; at the first name if empty
   * @param limit the most entries, 1 or more
   * @return {@link Entries}, or why there are none
   */
  Listing list(Optional<FileName> folder, Optional<String> after, int limit);

  /** Gives nothing more. Files that are open stay so. Blocks no longer than the other methods. */
  @Override
  void close();
}
