package io.pipewright.launch;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server as the one thing a process does, from its start to its exit code.
 *
 * <pre>
 *   start ──► ready line ──► first signal: drain(grace) ──► drained: 0, or 10 if any were forced
 *                │                   └── second signal: drain(0) ──┘
 *                └── the server stops by itself ─────────────┘
 * </pre>
 */
final class ServiceRun {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceRun.class);

  /** A drain ends with its grace; one that has not after this much more never will. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** By then the idle connections are closed, and those that are left are the busy ones. */
  private static final Duration IDLE_GONE = Duration.ofSeconds(1);

  private final ReadyLine ready;
  private final Duration grace;
  private final Duration delay;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  private RunningServer server;
  private int signals;

  /**
   * @param grace how long the busy may take after the first signal
   * @param delay how long the server goes on accepting before the grace begins
   */
  ServiceRun(ReadyLine ready, Duration grace, Duration delay) {
    this.ready = ready;
    this.grace = grace;
    this.delay = delay;
  }

  int run(Supplier<RunningServer> start) {
    Runnable restore = listenForSignals();
    try {
      started(start.get());
      return exit.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return stopNow();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the server's end cannot be told", e.getCause());
    } finally {
      if (!signalled()) {
        restore.run();
      }
      // After a signal the process is ending. The handlers stay: with the JVM's own back in place,
      // one more signal would put 143 where the drain's exit code belongs.
    }
  }

  private Runnable listenForSignals() {
    try {
      return Signals.handle(this::onSignal, this::tellSoFar)::restore;
    } catch (ReflectiveOperationException e) {
      Thread hook = new Thread(this::drainInHook, "pipewright-shutdown");
      Runtime.getRuntime().addShutdownHook(hook);
      return () -> Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /** The fallback: the JVM is ending, and only halt can still give it the drain's exit code. */
  private void drainInHook() {
    onSignal("shutdown");
    Runtime.getRuntime().halt(exit.join());
  }

  private void started(RunningServer started) {
    synchronized (this) {
      server = started;
      if (signals > 0) {
        drain(grace);
        return;
      }
    }
    LOG.info(
        "transport {} ({})", started.transport(), String.join("; ", started.transportReasons()));
    tellReady(started);
    OwnClasses.loadInBackground();
    Thread watcher = new Thread(() -> awaitEnd(started), "pipewright-termination");
    watcher.setDaemon(true);
    watcher.start();
  }

  private void tellReady(RunningServer started) {
    System.out.println(ready.of(started));
    if (System.out.checkError()) { // flushes
      LOG.warn("standard output cannot be written: nobody can read that the server is ready");
    }
  }

  /** A server may stop without a signal: after so many datagrams, or closed by its own program. */
  private void awaitEnd(RunningServer started) {
    try {
      started.awaitTermination();
      started.drainAsync(Duration.ZERO).whenComplete(this::ended); // joins the drain that was
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** On a thread of the JVM's for signals, which may read files. */
  private void tellSoFar() {
    RunningServer running;
    synchronized (this) {
      running = server;
    }
    if (running != null) {
      LOG.info("so far: {}", running.summary());
    }
  }

  private void onSignal(String name) {
    synchronized (this) {
      signals++;
      if (signals > 2) {
        return;
      }
      if (server == null) {
        stopWhileStarting(name);
      } else if (signals == 1) {
        LOG.info(
            "{}: draining {} for at most {}", name, openConnections(), Durations.format(grace));
        drain(grace);
      } else {
        LOG.info("{} again: forcing {}", name, openConnections());
        drain(Duration.ZERO);
      }
    }
  }

  /** The first signal waits for the start to come back; the second ends a start that hangs. */
  private void stopWhileStarting(String name) {
    LOG.info("{} while starting", name);
    if (signals > 1) {
      Runtime.getRuntime().halt(ExitCode.FORCED);
    }
  }

  private void drain(Duration limit) {
    server.drainAsync(limit).whenComplete(this::ended);
    Duration before = limit.isZero() ? Duration.ZERO : delay; // who forces does not wait
    after(before.plus(limit).plus(MARGIN), this::giveUp);
    after(before.plus(IDLE_GONE), this::tellOfTheBusy);
  }

  private static void after(Duration delay, Runnable action) {
    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS).execute(action);
  }

  private synchronized void tellOfTheBusy() {
    if (!exit.isDone() && signals == 1 && server.connections() > 0) {
      LOG.info("the idle are closed; waiting for the busy: {}", openConnections());
    }
  }

  private String openConnections() {
    int open = server.connections();
    return open == 1 ? "1 connection" : open + " connections";
  }

  private synchronized void giveUp() {
    if (!exit.isDone()) {
      LOG.error("the server did not stop: leaving it behind");
      exit.complete(ExitCode.FORCED);
    }
  }

  private synchronized void ended(DrainReport report, Throwable failure) {
    if (exit.isDone()) {
      return;
    }
    // The log first: the process ends as soon as the exit code is known.
    if (failure != null) {
      LOG.error("the drain failed", failure);
    } else if (report.clean()) {
      LOG.info("stopped: {}", report);
    } else {
      LOG.warn("stopped by force: {}", report);
    }
    exit.complete(exitCode(report, failure));
  }

  private static int exitCode(DrainReport report, Throwable failure) {
    if (failure != null) {
      return ExitCode.FAILED;
    }
    return report.clean() ? ExitCode.OK : ExitCode.FORCED;
  }

  private int stopNow() {
    RunningServer running;
    synchronized (this) {
      running = server;
    }
    if (running == null) {
      return ExitCode.FORCED;
    }
    running.drainAsync(Duration.ZERO).whenComplete(this::ended);
    after(MARGIN, this::giveUp);
    return exit.join();
  }

  private synchronized boolean signalled() {
    return signals > 0;
  }
}
