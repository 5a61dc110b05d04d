package io.pipewright.idle;

import java.time.Duration;

/**
 * User event: nothing has happened on the channel for the time that its policy allows, and it is
 * about to be closed. A handler may still write a last word in {@code userEventTriggered}; the
 * close follows as soon as the event has passed.
 *
 * @param limit the policy's limit
 */
public record IdleEvent(Duration limit) {}
