package io.pipewright.udpecho.measure;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a measurement has found. Immutable.
 *
 * @param target whom it asked, as it was given
 * @param transport the transport that it used, such as {@code epoll}
 * @param sizeBytes how long each datagram's payload was
 * @param askedRate datagrams a second that were asked for; 0 for as fast as the window lets
 * @param window how many unanswered ones there might be at once; 0 for any number
 * @param timeout after which an answer is late
 * @param complete whether all was sent that was asked for; false if it was stopped before
 * @param took from the first datagram to the last
 * @param counts what became of the datagrams
 * @param roundTrip from the moment at which a datagram was sent to its first answer, late ones included; empty if none came
 * @param fromSchedule the same from the moment at which the datagram was due: what a sender that could not keep up, or was held up,
 *     would hide otherwise (coordinated omission); empty without a schedule
 * @param server the server's half; empty if it did not say
 */
public record MeasurementReport(
    String target,
    String transport,
    int sizeBytes,
    double askedRate,
    int window,
    Duration timeout,
    boolean complete,
    Duration took,
    Counts counts,
    Optional<RoundTrip> roundTrip,
    Optional<RoundTrip> fromSchedule,
    Optional<ServerSide> server) {

  private static final double SECOND_NANOS = 1e9;

  /** Datagrams a second that were sent; 0 if there were fewer than two. */
  public double achievedRate() {
    return counts.sent() < 2 || took.isZero()
        ? 0
        : (counts.sent() - 1) * SECOND_NANOS / took.toNanos();
  }

  /** This report as a JSON object (RFC 8259) in ASCII, on one line without its end: docs/measuring.md tells its members. */
  public String toJson() {
    return ReportJson.of(this);
  }

  /** This report for people, a sentence or a row a line. */
  public List<String> lines() {
    return ReportText.of(this);
  }
}
