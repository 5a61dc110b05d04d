package io.pipewright.udpecho;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Converters;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How the way to the server is measured, as a picocli mixin: any of these makes the client measure instead of asking. */
final class MeasureOptions {

  @Option(
      names = "--rate",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = {
        "Measure: send so many numbered datagrams a second; 0 is as fast as --window lets.",
        "  Default: 1000, or one each --interval"
      })
  private Integer rate;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = {"Measure with datagrams of so many bytes, 24 to 65507.", "  Default: 64"})
  private ByteSize size;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = {
        "Measure for so long, or until --count are sent.",
        "  Default: 10s where there is no --count"
      })
  private Duration duration;

  @Option(
      names = "--window",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {
        "Measure with so many unanswered datagrams at once; --rate 0 is meant.",
        "  Default: 64"
      })
  private Integer window;

  @Option(
      names = "--json",
      description = "Measure, and print the report as one JSON object on one line.")
  private boolean json;

  /** Whether the client is to measure. */
  boolean any() {
    return rate != null || size != null || duration != null || window != null || json;
  }

  /** Datagrams a second; 0 for as fast as the window lets; empty if it was not said. */
  OptionalInt rate() {
    if (rate == null) {
      return window == null ? OptionalInt.empty() : OptionalInt.of(0);
    }
    return OptionalInt.of(rate);
  }

  Optional<ByteSize> size() {
    return Optional.ofNullable(size);
  }

  Optional<Duration> duration() {
    return Optional.ofNullable(duration);
  }

  OptionalInt window() {
    return window == null ? OptionalInt.empty() : OptionalInt.of(window);
  }

  boolean json() {
    return json;
  }
}
