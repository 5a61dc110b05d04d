package io.pipewright.udpecho.measure;

import io.pipewright.launch.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people. */
final class ReportText {

  private ReportText() {}

  static List<String> of(MeasurementReport report) {
    List<String> lines = new ArrayList<>();
    Counts counts = report.counts();
    lines.add(format(
        "%s: %,d datagrams of %,d bytes in %.3f s, %,.1f a second (%s; %s)%s",
        report.target(),
        counts.sent(),
        report.sizeBytes(),
        report.took().toNanos() / 1e9,
        report.achievedRate(),
        asked(report),
        report.transport(),
        report.complete() ? "" : ", stopped early"));
    lines.add(format(
        "answered %,d within %s, %,d later; lost %,d (%.3f %%)",
        counts.answered(),
        Durations.format(report.timeout()),
        counts.late(),
        counts.lost(),
        100 * counts.lossRatio()));
    lines.add(format(
        "duplicates %,d, reordered %,d, corrupted %,d",
        counts.duplicates(), counts.reordered(), counts.corrupted()));
    oddities(lines, counts);
    report.roundTrip().ifPresent(times -> lines.add("round trip:    " + times(times)));
    report.fromSchedule().ifPresent(times -> lines.add("from schedule: " + times(times)));
    report
        .server()
        .ifPresentOrElse(
            server -> server(lines, server),
            () -> lines.add("where it happened is not known: the server does not say"));
    return lines;
  }

  private static String asked(MeasurementReport report) {
    return report.askedRate() == 0
        ? format("as fast as %,d at once go", report.window())
        : format("asked for %,.1f", report.askedRate());
  }

  private static void oddities(List<String> lines, Counts counts) {
    if (counts.sendFailures() > 0) {
      lines.add(format("the kernel did not take %,d more", counts.sendFailures()));
    }
    if (counts.refusals() > 0) {
      lines.add(format("the host said %,d times that nothing listens there", counts.refusals()));
    }
    if (counts.droppedHere().orElse(0) > 0) {
      lines.add(format(
          "%,d of the lost came, and found this client's buffer full",
          counts.droppedHere().getAsLong()));
    }
    if (counts.forgotten() > 0) {
      lines.add(format("%,d answers came too late to be told from duplicates", counts.forgotten()));
    }
  }

  private static String times(RoundTrip times) {
    return "min %s, median %s, 90 %% %s, 99 %% %s, 99.9 %% %s, 99.99 %% %s, max %s"
        .formatted(
            time(times.minNanos()),
            time(times.medianNanos()),
            time(times.p90Nanos()),
            time(times.p99Nanos()),
            time(times.p999Nanos()),
            time(times.p9999Nanos()),
            time(times.maxNanos()));
  }

  /** {@code 45.2 µs}, {@code 1.20 ms}, {@code 2.00 s}. */
  static String time(long nanos) {
    if (nanos < 1_000_000) {
      return format("%.1f µs", nanos / 1e3);
    }
    return nanos < 1_000_000_000 ? format("%.2f ms", nanos / 1e6) : format("%.2f s", nanos / 1e9);
  }

  private static void server(List<String> lines, ServerSide server) {
    lines.add(format(
        "the server received %,d and answered %,d",
        server.counts().received(), server.counts().answered()));
    String inBuffer = server.lostInItsBuffer().isPresent()
        ? format("%,d of them in its buffer", server.lostInItsBuffer().getAsLong())
        : "its kernel does not say how many of them in its buffer";
    lines.add(format(
        "lost on the way there %,d (%s), at the server %,d, on the way back %,d",
        server.lostOnTheWayThere(), inBuffer, server.lostAtTheServer(), server.lostOnTheWayBack()));
    lines.add(format(
        "on the way there and back: duplicates %,d and %,d, corrupted %,d and %,d, reordered %,d and %s",
        server.duplicatedOnTheWayThere(),
        server.duplicatedOnTheWayBack(),
        server.corruptedOnTheWayThere(),
        server.corruptedOnTheWayBack(),
        server.reorderedOnTheWayThere(),
        server.reorderedOnTheWayBack().isPresent()
            ? format("%,d", server.reorderedOnTheWayBack().getAsLong())
            : "not known"));
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
