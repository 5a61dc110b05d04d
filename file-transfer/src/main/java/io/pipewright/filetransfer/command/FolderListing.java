package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import java.util.List;
import java.util.function.Consumer;

/** The entries of a folder, page after page, and if it is wanted those of the folders below, each behind its own. */
final class FolderListing {

  /** Asks a server. */
  @FunctionalInterface
  interface Pages {
    /**
     * The next page of a folder, sorted by name.
     *
     * @param folder its name; empty for the root
     * @param after the name behind which the page begins; empty for the first
     */
    Entries page(String folder, String after);
  }

  private final Pages pages;
  private final boolean recursive;
  private final Consumer<List<ListedEntry>> target;

  /**
   * @param target is given some at a time, in the order of the names within each folder
   */
  FolderListing(Pages pages, boolean recursive, Consumer<List<ListedEntry>> target) {
    this.pages = pages;
    this.recursive = recursive;
    this.target = target;
  }

  /** As deep as names may be long: a server that has folders in folders without end runs into that. */
  void of(String folder) {
    String after = "";
    Entries page;
    do {
      page = pages.page(folder, after);
      List<ListedEntry> entries =
          page.entries().stream().map(entry -> listed(folder, entry)).toList();
      pass(entries);
      after = entries.isEmpty() ? after : page.entries().get(entries.size() - 1).name();
    } while (page.more());
  }

  private static ListedEntry listed(String folder, Entry entry) {
    return new ListedEntry(folder.isEmpty() ? entry.name() : folder + "/" + entry.name(), entry);
  }

  private void pass(List<ListedEntry> entries) {
    int begin = 0;
    for (int i = 0; recursive && i < entries.size(); i++) {
      if (entries.get(i).isFolder()) {
        target.accept(entries.subList(begin, i + 1));
        begin = i + 1;
        of(entries.get(i).name());
      }
    }
    target.accept(entries.subList(begin, entries.size()));
  }
}
