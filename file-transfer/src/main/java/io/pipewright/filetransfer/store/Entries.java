package io.pipewright.filetransfer.store;

import java.util.List;

/**
 * A page of a folder.
 *
 * @param entries sorted by their names' bytes in UTF-8; none only if there are no more
 * @param more whether others follow: ask again behind the last name
 */
public record Entries(List<Entry> entries, boolean more) implements Listing {

  /** Copies the list. */
  public Entries {
    entries = List.copyOf(entries);
    if (more && entries.isEmpty()) {
      throw new IllegalArgumentException(
          "a page that others follow must have an entry to go on behind");
    }
  }
}
