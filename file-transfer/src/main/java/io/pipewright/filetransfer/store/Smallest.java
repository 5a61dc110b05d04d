package io.pipewright.filetransfer.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Keeps the first few of many names that come in no order. */
final class Smallest implements Consumer<String> {

  private final Optional<String> after;
  private final int limit;
  private final Predicate<String> wanted;
  private final PriorityQueue<String> kept = new PriorityQueue<>(Entry.NAME_ORDER.reversed());
  private boolean more;

  /**
   * @param after only names behind this one
   * @param limit how many
   * @param wanted asked only of names that would be kept
   */
  Smallest(Optional<String> after, int limit, Predicate<String> wanted) {
    this.after = after;
    this.limit = limit;
    this.wanted = wanted;
  }

  @Override
  public void accept(String name) {
    if (after.isPresent() && Entry.NAME_ORDER.compare(name, after.get()) <= 0) {
      return;
    }
    boolean full = kept.size() == limit;
    if (full && more && Entry.NAME_ORDER.compare(name, kept.element()) > 0) {
      return;
    }
    if (!wanted.test(name)) {
      return;
    }
    kept.add(name);
    if (full) {
      kept.remove();
      more = true;
    }
  }

  /** The names that were kept, in order. */
  List<String> names() {
    List<String> names = new ArrayList<>(kept);
    names.sort(Entry.NAME_ORDER);
    return names;
  }

  /** Whether there were others behind them. */
  boolean more() {
    return more;
  }
}
