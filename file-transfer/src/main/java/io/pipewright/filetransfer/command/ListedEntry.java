package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.store.Entry;
import java.time.Instant;

/**
 * One entry of a listing.
 *
 * @param name its name from the root on, as {@code get} takes it
 * @param entry what it is
 */
record ListedEntry(String name, Entry entry) {

  boolean isFolder() {
    return entry.kind() == Entry.Kind.FOLDER;
  }

  long size() {
    return entry.size();
  }

  Instant lastModified() {
    return entry.lastModified();
  }
}
