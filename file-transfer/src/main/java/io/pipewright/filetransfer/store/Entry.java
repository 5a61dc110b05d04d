package io.pipewright.filetransfer.store;

import java.time.Instant;

/**
 * What a folder holds under one name.
 *
 * @param name one component, without the folders on the way to it
 * @param kind what it is
 * @param size its length in bytes; 0 for a folder
 * @param lastModified when it was changed last, to the nanosecond where the file system knows
 * @param version which content it has
 */
public record Entry(String name, Kind kind, long size, Instant lastModified, FileVersion version) {

  /** What an entry is. Nothing else is ever listed. */
  public enum Kind {
    /** A regular file. */
    FILE,
    /** A folder, which can be listed in turn. */
    FOLDER
  }
}
