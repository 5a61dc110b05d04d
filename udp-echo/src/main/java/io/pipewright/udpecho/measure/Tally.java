package io.pipewright.udpecho.measure;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/** What a measurement has counted so far. Lives on one event loop. */
final class Tally {

  private static final long FINEST_NANOS = 128;
  private static final int DIGITS = 3;
  private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();

  private final Histogram roundTrips = new Histogram(FINEST_NANOS, LONGEST_NANOS, DIGITS);
  private final Histogram fromSchedule = new Histogram(FINEST_NANOS, LONGEST_NANOS, DIGITS);
  private long expected;
  private long answered;
  private long late;
  private long duplicates;
  private long reordered;
  private long corrupted;
  private long forgotten;
  private long sendFailures;
  private long refusals;
  private OptionalLong droppedHere = OptionalLong.empty();

  /** The first answer to a datagram. */
  void answer(long number, long roundTripNanos, long behindNanos, boolean inTime) {
    if (inTime) {
      answered++;
    } else {
      late++;
    }
    if (number < expected) { // RFC 4737, section 3.3
      reordered++;
    } else {
      expected = number + 1;
    }
    roundTrips.recordValue(bounded(roundTripNanos));
    fromSchedule.recordValue(bounded(roundTripNanos + behindNanos));
  }

  private static long bounded(long nanos) {
    return Math.max(0, Math.min(nanos, LONGEST_NANOS));
  }

  void duplicate() {
    duplicates++;
  }

  void corrupted() {
    corrupted++;
  }

  void forgotten() {
    forgotten++;
  }

  void sendFailed() {
    sendFailures++;
  }

  void refused() {
    refusals++;
  }

  void droppedHere(OptionalLong datagrams) {
    droppedHere = datagrams;
  }

  long longestNanos() {
    return roundTrips.getTotalCount() == 0 ? 0 : roundTrips.getMaxValue();
  }

  /** The counts as they are, of so many that were written. */
  Counts counts(long written) {
    return new Counts(
        written - sendFailures,
        sendFailures,
        answered,
        late,
        duplicates,
        reordered,
        corrupted,
        forgotten,
        refusals,
        droppedHere);
  }

  Optional<RoundTrip> roundTrip() {
    return of(roundTrips);
  }

  Optional<RoundTrip> fromSchedule() {
    return of(fromSchedule);
  }

  private static Optional<RoundTrip> of(Histogram times) {
    return times.getTotalCount() == 0 ? Optional.empty() : Optional.of(RoundTrip.of(times));
  }
}
