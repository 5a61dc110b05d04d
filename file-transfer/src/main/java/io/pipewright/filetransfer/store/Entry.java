package io.pipewright.filetransfer.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;

/**
 * A file or a folder in a folder.
 *
 * @param name its name there: one component of a {@link FileName}
 * @param kind what it is
 * @param size its length in bytes; 0 for a folder
 * @param lastModified when it was last changed
 * @param version which bytes a file has; of a folder, which state it is in
 */
public record Entry(String name, Kind kind, long size, Instant lastModified, FileVersion version) {

  /** What there can be in a folder. */
  public enum Kind {
    /** Has bytes. */
    FILE,
    /** Has entries. */
    FOLDER
  }

  /**
   * Names by their bytes in UTF-8, which is the order of their code points; that of {@link
   * String#compareTo} is another beyond U+FFFF.
   */
  public static final Comparator<String> NAME_ORDER = Entry::compareNames;

  /** Checks that everything is there. */
  public Entry {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(lastModified, "lastModified");
    Objects.requireNonNull(version, "version");
    if (size < 0) {
      throw new IllegalArgumentException("a size is 0 or more, not " + size);
    }
  }

  private static int compareNames(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    for (int i = 0; i < shorter; i++) {
      char first = a.charAt(i);
      char second = b.charAt(i);
      if (first != second) {
        return place(first) - place(second);
      }
    }
    return a.length() - b.length();
  }

  /** Halves of code points beyond U+FFFF come behind every whole one. */
  private static int place(char unit) {
    return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
  }
}
