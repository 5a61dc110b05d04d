package io.pipewright.udpecho.measure;

import io.pipewright.log.JsonLine;
import io.pipewright.udpecho.session.SessionCounts;
import java.util.Optional;
import java.util.OptionalLong;

/** A report for programs. */
final class ReportJson {

  private static final double MICROS = 1e3;

  private ReportJson() {}

  static String of(MeasurementReport report) {
    JsonLine json = new JsonLine()
        .put("target", report.target())
        .put("transport", report.transport())
        .put("size", report.sizeBytes())
        .put("askedRate", report.askedRate())
        .put("window", report.window())
        .put("timeoutMillis", report.timeout().toMillis())
        .put("complete", report.complete())
        .put("seconds", report.took().toNanos() / 1e9)
        .put("rate", report.achievedRate());
    counts(json, report.counts());
    times(json, "rttMicros", report.roundTrip());
    times(json, "rttFromScheduleMicros", report.fromSchedule());
    report
        .server()
        .ifPresentOrElse(
            server -> json.put("server", server(server)), () -> json.putNull("server"));
    return json.toString();
  }

  private static void counts(JsonLine json, Counts counts) {
    json.put("sent", counts.sent())
        .put("sendFailures", counts.sendFailures())
        .put("answered", counts.answered())
        .put("late", counts.late())
        .put("lost", counts.lost())
        .put("duplicates", counts.duplicates())
        .put("reordered", counts.reordered())
        .put("corrupted", counts.corrupted())
        .put("forgotten", counts.forgotten())
        .put("refusals", counts.refusals());
    known(json, "droppedHere", counts.droppedHere());
  }

  private static void times(JsonLine json, String name, Optional<RoundTrip> times) {
    if (times.isEmpty()) {
      json.putNull(name);
      return;
    }
    RoundTrip time = times.get();
    json.put(
        name,
        new JsonLine()
            .put("answers", time.answers())
            .put("min", time.minNanos() / MICROS)
            .put("mean", time.meanNanos() / MICROS)
            .put("p50", time.medianNanos() / MICROS)
            .put("p90", time.p90Nanos() / MICROS)
            .put("p99", time.p99Nanos() / MICROS)
            .put("p99.9", time.p999Nanos() / MICROS)
            .put("p99.99", time.p9999Nanos() / MICROS)
            .put("max", time.maxNanos() / MICROS));
  }

  private static JsonLine server(ServerSide server) {
    SessionCounts counts = server.counts();
    JsonLine lost = new JsonLine().put("wayThere", server.lostOnTheWayThere());
    known(lost, "ofTheseInItsBuffer", server.lostInItsBuffer());
    lost.put("atServer", server.lostAtTheServer()).put("wayBack", server.lostOnTheWayBack());
    JsonLine reordered = new JsonLine().put("wayThere", server.reorderedOnTheWayThere());
    known(reordered, "wayBack", server.reorderedOnTheWayBack());
    JsonLine json = new JsonLine()
        .put("received", counts.received())
        .put("distinct", counts.distinct())
        .put("answered", counts.answered())
        .put("forgotten", counts.forgotten());
    known(
        json,
        "kernelDrops",
        counts.kernelDrops() < 0 ? OptionalLong.empty() : OptionalLong.of(counts.kernelDrops()));
    return json.put("lost", lost)
        .put("duplicates", ways(server.duplicatedOnTheWayThere(), server.duplicatedOnTheWayBack()))
        .put("reordered", reordered)
        .put("corrupted", ways(server.corruptedOnTheWayThere(), server.corruptedOnTheWayBack()));
  }

  private static JsonLine ways(long there, long back) {
    return new JsonLine().put("wayThere", there).put("wayBack", back);
  }

  private static void known(JsonLine json, String name, OptionalLong value) {
    if (value.isPresent()) {
      json.put(name, value.getAsLong());
    } else {
      json.putNull(name);
    }
  }
}
