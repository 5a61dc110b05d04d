package io.pipewright.launch;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody who made a slip of the finger probably meant. */
final class NearMatch {

  private NearMatch() {}

  /**
   * The candidate closest to {@code typed}, when it is close enough: at most one edit for every
   * three characters (and one for shorter names). Case does not count.
   */
  static Optional<String> of(String typed, Collection<String> candidates) {
    String wanted = typed.toLowerCase(Locale.ROOT);
    int allowed = Math.max(1, wanted.length() / 3);
    return candidates.stream()
        .filter(candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT)) <= allowed)
        .min(Comparator.<String>comparingInt(
                candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT)))
            .thenComparing(Comparator.naturalOrder()));
  }

  /** The end of a sentence: {@code "; did you mean 'port'?"}, or nothing. */
  static String hint(String typed, Collection<String> candidates) {
    return of(typed, candidates).map(match -> "; did you mean '" + match + "'?").orElse("");
  }

  /** Edits from a to b: one for a character added, dropped, changed, or swapped with the next. */
  private static int edits(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(a, b, cost, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(String a, String b, int[][] cost, int i, int j) {
    int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int best = Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
    best = Math.min(best, cost[i - 1][j - 1] + changed);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
