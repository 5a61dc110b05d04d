package io.pipewright.udpecho.measure;

import org.HdrHistogram.Histogram;

/**
 * How long answers took, in nanoseconds: exact to three digits. Quantiles are the smallest time that so many of the answers took
 * at most.
 *
 * @param answers how many it is made of
 * @param minNanos the shortest
 * @param meanNanos the mean
 * @param medianNanos a half took at most this long
 * @param p90Nanos nine of ten did
 * @param p99Nanos 99 of 100 did
 * @param p999Nanos 999 of 1000 did
 * @param p9999Nanos 9,999 of 10,000 did
 * @param maxNanos the longest
 */
public record RoundTrip(
    long answers,
    long minNanos,
    double meanNanos,
    long medianNanos,
    long p90Nanos,
    long p99Nanos,
    long p999Nanos,
    long p9999Nanos,
    long maxNanos) {

  static RoundTrip of(Histogram times) {
    return new RoundTrip(
        times.getTotalCount(),
        times.getMinValue(),
        times.getMean(),
        times.getValueAtPercentile(50),
        times.getValueAtPercentile(90),
        times.getValueAtPercentile(99),
        times.getValueAtPercentile(99.9),
        times.getValueAtPercentile(99.99),
        times.getMaxValue());
  }
}
