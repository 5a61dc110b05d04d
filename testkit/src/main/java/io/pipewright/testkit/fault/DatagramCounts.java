package io.pipewright.testkit.fault;

/**
 * What a {@link UdpFaultRelay} has done in one direction, in datagrams. What has come has gone
 * somewhere: {@code received + duplicated = delivered + dropped + undeliverable + waiting}.
 *
 * @param received have come
 * @param delivered were given to the kernel to send on, copies included
 * @param dropped were thrown away by a fault
 * @param duplicated were sent on twice
 * @param reordered were held until a later one had gone ahead
 * @param delayed were held for a time: by a delay, or to be overtaken when no later one came
 * @param corrupted had a bit turned over
 * @param truncated were cut short
 * @param undeliverable could not be sent on, because the kernel did not take them
 * @param waiting are delayed or held, and will be sent on
 */
public record DatagramCounts(
    long received,
    long delivered,
    long dropped,
    long duplicated,
    long reordered,
    long delayed,
    long corrupted,
    long truncated,
    long undeliverable,
    long waiting) {}
