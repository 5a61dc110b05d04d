package io.pipewright.exchange;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What any thread hands to an event loop: one task takes all that has come until it runs. That is what makes one flush of many
 * requests. Thread-safe.
 */
final class Handover<E> {

  private final Queue<E> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Executor loop;
  private final Runnable taking;
  private final Consumer<Throwable> refused;

  /**
   * Nothing is handed over yet.
   *
   * @param loop the event loop
   * @param taking run on it when there is something; polls until there is nothing more
   * @param refused called instead, on the calling thread, when the loop has ended; polls likewise
   */
  Handover(Executor loop, Runnable taking, Consumer<Throwable> refused) {
    this.loop = loop;
    this.taking = taking;
    this.refused = refused;
  }

  void add(E element) {
    queue.add(element);
    if (!scheduled.compareAndSet(false, true)) {
      return;
    }
    try {
      loop.execute(this::take);
    } catch (RejectedExecutionException e) {
      scheduled.set(false);
      refused.accept(e);
    }
  }

  private void take() {
    scheduled.set(false); // before the first poll: what comes from now on gets a task of its own
    taking.run();
  }

  /** The next, or null; safe on several threads at once, as at the loop's end. */
  E poll() {
    return queue.poll();
  }
}
