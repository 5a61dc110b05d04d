package io.pipewright.filetransfer.fetching;

import io.netty.util.concurrent.EventExecutor;
import io.pipewright.filetransfer.saving.DiskThreads;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all downloads of a client have in common.
 *
 * @param settings how to fetch
 * @param servers whom to fetch from, one at least
 * @param loop the event loop on which every download decides: the one that carries the client's connections, unless the user
 *     lent several
 * @param disk the threads that may wait for the disk
 */
public record Workplace(
    FetchSettings settings, List<Server> servers, EventExecutor loop, DiskThreads disk) {

  private static final Logger log = LoggerFactory.getLogger(Workplace.class);

  /** Copies the list. */
  public Workplace {
    servers = List.copyOf(servers);
  }

  /** The time, as the event loop has it. */
  LongSupplier nanoTime() {
    return loop.ticker()::nanoTime;
  }

  /** Runs a decision on the event loop: at once for whoever is there. */
  void decide(Runnable decision) {
    if (loop.inEventLoop()) {
      decision.run();
    } else {
      try {
        loop.execute(decision);
      } catch (RejectedExecutionException e) {
        log.debug("the client was closed while its downloads were stopping", e);
      }
    }
  }

  /**
   * Runs something on a disk thread and decides what comes next.
   *
   * @param work may block; what it throws goes to {@code failed}, bare
   */
  <T> void onDisk(Supplier<T> work, Consumer<T> next, Consumer<Throwable> failed) {
    CompletableFuture<T> done;
    try {
      done = CompletableFuture.supplyAsync(work, disk);
    } catch (RejectedExecutionException e) {
      done = CompletableFuture.failedFuture(e); // the client has been closed
    }
    done.whenComplete((value, cause) -> decide(() -> {
      if (cause == null) {
        next.accept(value);
      } else {
        failed.accept(Causes.of(cause));
      }
    }));
  }
}
