package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.protocol.Answer.SumList;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.saving.PartFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * Whether mirrors have the same file: one of them is the reference, and the others' sums are compared with its own, and with those
 * of every block that is here, before a block is taken from them. What is asked for soon is compared first, all else in the
 * background. Confined to the event loop on which the download decides.
 *
 * <pre>
 *   reference  SUMS 0..63 │ 64..127 │ …     asked once, kept: 4 bytes a block
 *   mirror     SUMS 0..63 │ …               equal: cleared      different: the mirror leaves
 * </pre>
 */
final class MirrorCheck {

  /** So many blocks are compared at a time. */
  private static final int CHUNK = 64;

  private final Workplace workplace;
  private final PartFile part;
  private final int chunks;
  private final Map<Integer, CompletableFuture<int[]>> referenceSums = new HashMap<>();
  private final Map<Integer, Long> waitingSinceNanos =
      new HashMap<>(); // for those of the reference
  private final IdentityHashMap<Mirror, BitSet> cleared = new IdentityHashMap<>();
  private Mirror reference;

  MirrorCheck(Workplace workplace, PartFile part, Mirror reference) {
    this.workplace = workplace;
    this.part = part;
    this.reference = reference;
    this.chunks = (part.blocks() + CHUNK - 1) / CHUNK;
  }

  /** Whose file this is. */
  Mirror reference() {
    return reference;
  }

  /** Another mirror is the reference from now on: one that {@link #hasAllThatIsHere}. */
  void promote(Mirror mirror) {
    reference = mirror;
    referenceSums.clear();
    waitingSinceNanos.clear();
    cleared.clear();
  }

  /** For how long the reference has owed the answer to a question about its sums. */
  Duration waiting() {
    long now = workplace.nanoTime().getAsLong();
    long longest = waitingSinceNanos.values().stream()
        .mapToLong(since -> now - since)
        .max()
        .orElse(0);
    return Duration.ofNanos(longest);
  }

  /**
   * Whether a mirror may become the reference: it answers, and has every block that is here.
   *
   * @return completed when that is so; failed if it is not, or it cannot be asked
   */
  CompletableFuture<Void> hasAllThatIsHere(Mirror mirror) {
    if (chunks == 0) {
      return CompletableFuture.completedFuture(null);
    }
    int first = Math.max(0, here().nextSetBit(0)) / CHUNK;
    return compareWithHere(mirror, first).thenCompose(same -> compareFrom(mirror, first + 1));
  }

  private CompletableFuture<Void> compareFrom(Mirror mirror, int chunk) {
    int block = here().nextSetBit(chunk * CHUNK);
    if (block < 0) {
      return CompletableFuture.completedFuture(null);
    }
    int next = block / CHUNK;
    return compareWithHere(mirror, next).thenCompose(same -> compareFrom(mirror, next + 1));
  }

  private CompletableFuture<Void> compareWithHere(Mirror mirror, int chunk) {
    return sumsOf(mirror, chunk).thenAccept(sums -> compareWithHere(mirror, chunk, sums));
  }

  private BitSet here() {
    BitSet here = part.verifiedBlocks();
    here.or(part.claimedBlocks());
    return here;
  }

  /**
   * Compares a mirror with the reference, all of it, bit by bit; completed when that is done, or another one has become the
   * reference; failed if it cannot be done.
   */
  CompletableFuture<Void> clearAll(Mirror mirror) {
    return clearFrom(mirror, 0);
  }

  private CompletableFuture<Void> clearFrom(Mirror mirror, int chunk) {
    int next = clearedOf(mirror).nextClearBit(chunk);
    Mirror against = reference;
    return next >= chunks || mirror.hasLeft()
        ? CompletableFuture.completedFuture(null)
        : clearChunk(mirror, next)
            .thenCompose(same -> against == reference
                ? clearFrom(mirror, next + 1)
                : CompletableFuture.completedFuture(null));
  }

  /** Whether blocks may be asked of a mirror at once. */
  boolean isClear(Mirror mirror, BlockRange window) {
    return mirror == reference
        || clearedOf(mirror).nextClearBit(window.first() / CHUNK) > (window.end() - 1) / CHUNK;
  }

  /** Whether a block of a mirror is the reference's: its own, or compared. */
  boolean isKnown(Mirror mirror, int block) {
    return mirror == reference || clearedOf(mirror).get(block / CHUNK);
  }

  /** Asks the reference for a block that is here; completed if it has the same, failed if it has another or cannot be asked. */
  CompletableFuture<Void> confirm(int block) {
    return compareWithHere(reference, block / CHUNK);
  }

  /** Makes sure of blocks; completed when they may be asked of the mirror, failed if they differ or it cannot be told. */
  CompletableFuture<Void> clear(Mirror mirror, BlockRange window) {
    List<CompletableFuture<Void>> checks = new ArrayList<>(2);
    for (int chunk = window.first() / CHUNK; chunk <= (window.end() - 1) / CHUNK; chunk++) {
      if (!clearedOf(mirror).get(chunk)) {
        checks.add(clearChunk(mirror, chunk));
      }
    }
    return CompletableFuture.allOf(checks.toArray(new CompletableFuture<?>[0]));
  }

  private BitSet clearedOf(Mirror mirror) {
    return cleared.computeIfAbsent(mirror, unknown -> new BitSet());
  }

  private CompletableFuture<Void> clearChunk(Mirror mirror, int chunk) {
    Mirror against = reference;
    CompletableFuture<int[]> known = referenceSums.get(chunk);
    CompletableFuture<int[]> right = known == null ? askReference(chunk) : known;
    return right.thenCombine(sumsOf(mirror, chunk), (expected, actual) -> {
      if (against == reference) {
        compare(mirror, chunk, expected, actual);
        compareWithHere(mirror, chunk, actual);
        clearedOf(mirror).set(chunk);
      }
      return null;
    });
  }

  private CompletableFuture<int[]> askReference(int chunk) {
    Mirror asked = reference;
    waitingSinceNanos.put(chunk, workplace.nanoTime().getAsLong());
    CompletableFuture<int[]> right = sumsOf(asked, chunk);
    referenceSums.put(chunk, right);
    right.whenComplete((sums, cause) -> {
      if (asked == reference) {
        waitingSinceNanos.remove(chunk);
        if (cause != null) {
          referenceSums.remove(chunk); // asked anew the next time
        }
      }
    });
    return right;
  }

  private void compare(Mirror mirror, int chunk, int[] expected, int[] actual) {
    for (int i = 0; i < expected.length; i++) {
      if (i >= actual.length || expected[i] != actual[i]) {
        throw differs(mirror, chunk * CHUNK + i);
      }
    }
  }

  private void compareWithHere(Mirror mirror, int chunk, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      OptionalInt here = part.sum((long) chunk * CHUNK + i);
      if (here.isPresent() && here.getAsInt() != sums[i]) {
        throw differs(mirror, chunk * CHUNK + i);
      }
    }
  }

  private static DownloadRefusedException differs(Mirror mirror, int block) {
    return new DownloadRefusedException(
        mirror.name().toString(),
        mirror.endpoint().toString(),
        "its file is another one, block " + block + " differs",
        Optional.empty(),
        null);
  }

  /** All sums of a chunk, in as many questions as the server needs. */
  private CompletableFuture<int[]> sumsOf(Mirror mirror, int chunk) {
    int first = chunk * CHUNK;
    int count = Math.min(CHUNK, part.blocks() - first);
    return sumsOf(mirror, first, new int[count], 0);
  }

  private CompletableFuture<int[]> sumsOf(Mirror mirror, int first, int[] sums, int known) {
    if (known == sums.length) {
      return CompletableFuture.completedFuture(sums);
    }
    Request.Sums request =
        new Request.Sums(mirror.name(), mirror.version(), first + known, sums.length - known);
    return Asking.of(
            workplace,
            mirror.server(),
            connection -> connection.sums(request),
            () -> !mirror.hasLeft())
        .thenCompose(list -> {
          int more = copy(list, sums, known);
          return sumsOf(mirror, first, sums, known + more);
        });
  }

  private static int copy(SumList list, int[] sums, int known) {
    int count = Math.min(list.sums().length, sums.length - known);
    System.arraycopy(list.sums(), 0, sums, known, count);
    return count;
  }
}
