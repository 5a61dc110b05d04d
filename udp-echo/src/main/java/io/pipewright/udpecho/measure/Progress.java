package io.pipewright.udpecho.measure;

import java.time.Duration;
import java.util.Optional;

/**
 * A measurement while it goes on.
 *
 * @param phase what it does now
 * @param elapsed since it began to send; nothing before
 * @param counts so far
 * @param waiting how many of the sent may still be answered in time
 * @param roundTrip of the answers so far, if there are any
 */
public record Progress(
    Phase phase, Duration elapsed, Counts counts, long waiting, Optional<RoundTrip> roundTrip) {

  /** Of the sent, those that were not answered in time. */
  public long missing() {
    return Math.max(0, counts.sent() - counts.answered() - waiting);
  }
}
