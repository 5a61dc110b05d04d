package io.pipewright.udpecho;

import io.pipewright.PipewrightException;
import io.pipewright.launch.Durations;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.StandardError;
import io.pipewright.launch.Terminal;
import io.pipewright.udpecho.measure.MeasurementReport;
import io.pipewright.udpecho.measure.Phase;
import io.pipewright.udpecho.measure.UdpEchoMeasurement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A measurement at a command line: a line that moves while somebody watches, and the report, also of what was measured until
 * Ctrl-C.
 */
final class MeasureRun {

  private static final long REDRAW_MILLIS = 200;

  /** Longer than any end in order takes beyond the timeout. */
  private static final long MARGIN_MILLIS = 3_000;

  private final UdpEchoMeasurement measurement;
  private final boolean json;
  private final long endMillis;
  private final CountDownLatch told = new CountDownLatch(1);

  /**
   * @param measurement has begun
   * @param json whether the report is for programs
   * @param timeoutMillis the measurement's
   */
  MeasureRun(UdpEchoMeasurement measurement, boolean json, long timeoutMillis) {
    this.measurement = measurement;
    this.json = json;
    this.endMillis = 2 * timeoutMillis + MARGIN_MILLIS;
  }

  /**
   * Waits for the report and prints it.
   *
   * @return the exit code: what is lost is a result and no failure, unless it is everything
   */
  int run() throws InterruptedException {
    Thread hook = new Thread(this::endInOrder, "measurement-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      MeasurementReport report = await();
      print(report);
      if (report.counts().sent() > 0 && !report.counts().heardAnything()) {
        throw new LaunchException(
            ExitCode.TIMED_OUT,
            "no answer from %s to any of %d datagrams: waited %s"
                .formatted(
                    report.target(), report.counts().sent(), Durations.format(report.timeout())));
      }
      return ExitCode.OK;
    } finally {
      told.countDown();
      removeHook(hook);
    }
  }

  private MeasurementReport await() throws InterruptedException {
    CompletableFuture<MeasurementReport> report = measurement.report();
    try (LiveLine line = StandardError.isTerminal() ? LiveLine.onTerminal() : LiveLine.none()) {
      while (true) {
        try {
          return report.get(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          measurement
              .progress()
              .join()
              .filter(now -> now.phase() != Phase.DONE)
              .ifPresent(line::show);
        } catch (ExecutionException e) {
          throw e.getCause() instanceof PipewrightException typed
              ? typed
              : new CompletionException(e.getCause());
        }
      }
    }
  }

  private void print(MeasurementReport report) {
    Terminal terminal = Terminal.standard();
    if (json) {
      terminal.println(report.toJson());
    } else {
      terminal.println(String.join(System.lineSeparator(), report.lines()));
    }
  }

  /** A signal ends the JVM when this returns: not before the report is printed. */
  private void endInOrder() {
    measurement.stop();
    try {
      told.await(endMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it is running, and waits for this
    }
  }
}
