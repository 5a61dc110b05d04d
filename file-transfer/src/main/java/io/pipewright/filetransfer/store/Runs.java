package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the names of a page. A folder tells its names in no order and only all at once, so that a page
 * of a large one costs a pass through all of it. A pass therefore keeps more names than a page has,
 * for the pages that follow, as long as the folder does not change. What is kept is bounded, whatever
 * the folders and however many ask: two runs.
 */
final class Runs {

  /** About 5 MB with usual names: a folder of a million takes 20 passes. */
  static final int DEFAULT_NAMES = 50_000;

  private static final int MAX_RUNS = 2;

  private final int namesPerRun;

  /** The latest first. */
  private final Deque<Run> kept = new ArrayDeque<>();

  /**
   * @param namesPerRun how many names a pass keeps, unless a page has more
   */
  Runs(int namesPerRun) {
    this.namesPerRun = namesPerRun;
  }

  /**
   * The first names behind another.
   *
   * @param name the folder's; empty for the outermost one
   * @param place where it was found
   * @param wanted which names count
   * @return {@code limit} of them, or less
   */
  Run names(
      Optional<FileName> name,
      Place place,
      Optional<String> after,
      int limit,
      Predicate<String> wanted)
      throws IOException {
    Facts state = place.facts();
    Run run = find(name, state, after);
    if (run == null) {
      run = pass(name, place, after, Math.max(limit, namesPerRun), wanted);
    }
    Run part = run.part(after, limit);
    if (part.more() && Rest.has(state)) {
      keep(run);
    } else {
      drop(run);
    }
    return part;
  }

  private static Run pass(
      Optional<FileName> name,
      Place place,
      Optional<String> after,
      int limit,
      Predicate<String> wanted)
      throws IOException {
    Smallest smallest = new Smallest(after, limit, wanted);
    Folder folder = place.folder().folder(place.component(), place.facts());
    try {
      folder.names(smallest);
    } finally {
      folder.leave();
    }
    List<String> names = smallest.names();
    return new Run(name, place.facts(), after, names, smallest.more());
  }

  private synchronized Run find(Optional<FileName> name, Facts state, Optional<String> after) {
    for (Run run : kept) {
      if (run.covers(name, state, after)) {
        return run;
      }
    }
    return null;
  }

  private synchronized void keep(Run run) {
    drop(run);
    kept.addFirst(run);
    if (kept.size() > MAX_RUNS) {
      kept.removeLast();
    }
  }

  private synchronized void drop(Run run) {
    kept.remove(run);
  }
}
