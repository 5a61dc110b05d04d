package io.pipewright.exchange;

/** So many requests wait for their answers that no more is taken; this one was not sent and may be tried again later. */
public final class TooManyInFlightException extends ExchangeException {

  private final int maxInFlight;

  TooManyInFlightException(String peer, int maxInFlight) {
    super(maxInFlight + " requests to " + peer + " are in flight, and no more are allowed", null);
    this.maxInFlight = maxInFlight;
  }

  /** How many may be in flight. */
  public int maxInFlight() {
    return maxInFlight;
  }
}
