package io.pipewright.filetransfer.store;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Some names of a folder that follow one another, in order.
 *
 * @param folder the folder's name; empty for the outermost one
 * @param state what the folder was before it was asked for its names; if it still is that, it still
 *     has the same ones
 * @param after the run begins behind this name
 * @param names in order
 * @param more whether others follow
 */
record Run(
    Optional<FileName> folder,
    Facts state,
    Optional<String> after,
    List<String> names,
    boolean more) {

  /** Whether the first names behind another are among these. */
  boolean covers(Optional<FileName> folder, Facts state, Optional<String> begin) {
    return this.folder.equals(folder)
        && this.state.equals(state)
        && (after.isEmpty() || (begin.isPresent() && isOrdered(after.get(), begin.get())))
        && (!more || begin.isEmpty() || !isOrdered(names.get(names.size() - 1), begin.get()));
  }

  private static boolean isOrdered(String first, String second) {
    return Entry.NAME_ORDER.compare(first, second) <= 0;
  }

  /** The part of it behind a name, which it covers. */
  Run part(Optional<String> begin, int limit) {
    int from = begin.map(this::behind).orElse(0);
    int to = (int) Math.min((long) from + limit, names.size());
    return new Run(folder, state, begin, names.subList(from, to), more || to < names.size());
  }

  private int behind(String name) {
    int found = Collections.binarySearch(names, name, Entry.NAME_ORDER);
    return found >= 0 ? found + 1 : -found - 1;
  }
}
