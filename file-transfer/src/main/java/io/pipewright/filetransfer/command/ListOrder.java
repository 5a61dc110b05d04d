package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.store.Entry;
import java.util.Comparator;
import java.util.Locale;

/** In which order a listing comes. */
enum ListOrder {
  /** By the bytes of the names, as a server gives them. */
  NAME,
  /** The largest first. */
  SIZE,
  /** The newest first. */
  TIME;

  /**
   * Compares entries; those that are equal otherwise, by their names.
   *
   * @param reversed whether to turn it round
   */
  Comparator<ListedEntry> comparator(boolean reversed) {
    Comparator<ListedEntry> byName = Comparator.comparing(ListedEntry::name, Entry.NAME_ORDER);
    Comparator<ListedEntry> first =
        switch (this) {
          case NAME -> byName;
          case SIZE -> Comparator.comparingLong(ListedEntry::size).reversed();
          case TIME -> Comparator.comparing(ListedEntry::lastModified).reversed();
        };
    return (reversed ? first.reversed() : first).thenComparing(byName);
  }

  /** As a user types it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
