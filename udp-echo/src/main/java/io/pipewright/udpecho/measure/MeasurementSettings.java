package io.pipewright.udpecho.measure;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a measurement is to do, checked.
 *
 * @param count most datagrams
 * @param durationNanos how long at most it sends
 * @param window most unanswered ones at once, where there is no pace
 * @param remembered how many datagrams are remembered, a power of two
 */
record MeasurementSettings(
    String target,
    Pace pace,
    int window,
    int sizeBytes,
    long count,
    long durationNanos,
    Duration timeout,
    int remembered,
    Consumer<Phase> listener) {}
