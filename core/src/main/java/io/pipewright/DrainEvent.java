package io.pipewright;

import java.time.Duration;

/**
 * Fired as a user event through the pipeline of every connection when its server begins to drain. A
 * handler that has a way to tell its peer to come back does so here; one that owes something
 * brackets it with {@link InFlight}.
 *
 * @param grace how long the connection may still take
 */
public record DrainEvent(Duration grace) {}
