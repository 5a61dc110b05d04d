package io.pipewright.tcp;

import io.pipewright.DrainReport.Ending;
import io.pipewright.DrainReport.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The connections of one server that are open now, and during a drain the fate of those that were. Thread-safe. */
final class Connections {

  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean reported = new AtomicBoolean();
  private volatile Duration grace;
  private volatile Consumer<List<Ending>> whenEmpty;

  void add(Connection connection) {
    open.add(connection);
    Duration draining = grace;
    if (draining != null) {
      connection.drain(draining); // accepted in the moment in which the drain began
    }
  }

  void remove(Connection connection) {
    if (!open.remove(connection)) {
      return;
    }
    if (grace != null) {
      // one that ended by itself in the moment in which the drain began was not yet judged: it
      // finished
      Fate fate = connection.fate() == null ? Fate.FINISHED : connection.fate();
      endings.add(new Ending(connection.peer(), fate));
    }
    reportIfEmpty();
  }

  int size() {
    return open.size();
  }

  /** Everybody learns of the drain, or of its earlier end. */
  void drain(Duration grace) {
    this.grace = grace;
    open.forEach(connection -> connection.drain(grace));
  }

  /**
   * Asks for a report once nothing is open. The listener must be closed by now, so that nothing is added for long.
   *
   * @param report called once, from any thread
   */
  void whenEmpty(Consumer<List<Ending>> report) {
    whenEmpty = report;
    reportIfEmpty();
  }

  private void reportIfEmpty() {
    Consumer<List<Ending>> report = whenEmpty;
    if (report != null && open.isEmpty() && reported.compareAndSet(false, true)) {
      report.accept(new ArrayList<>(endings));
    }
  }
}
