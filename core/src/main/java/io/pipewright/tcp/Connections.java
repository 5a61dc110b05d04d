package io.pipewright.tcp;

import io.netty.channel.EventLoop;
import io.pipewright.DrainReport.Ending;
import io.pipewright.DrainReport.Fate;
import io.pipewright.ServerStats;
import io.pipewright.capture.Capture;
import io.pipewright.watchdog.LoopWatchdog;
import io.pipewright.watchdog.WatchedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The connections of one server that are open now, what those that have ended carried, and during a drain the fate of those
 * that were open when it began. Thread-safe.
 */
final class Connections {

  private final LoopWatchdog watchdog;
  private final Captures captures;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder messagesRead = new LongAdder();
  private final LongAdder messagesWritten = new LongAdder();
  private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean reported = new AtomicBoolean();
  private volatile Duration grace;
  private volatile Consumer<List<Ending>> whenEmpty;

  /**
   * @param watchdog watches the event loops of the open ones; {@code null} for none
   * @param captures record them
   */
  Connections(LoopWatchdog watchdog, Captures captures) {
    this.watchdog = watchdog;
    this.captures = captures;
  }

  /** The event loop of a connection that is about to be added, if it is watched; else {@code null}. */
  WatchedLoop watched(EventLoop loop) {
    return watchdog == null ? null : watchdog.arrived(loop);
  }

  void add(Connection connection) {
    open.add(connection);
    accepted.increment();
    Duration draining = grace;
    if (draining != null) {
      connection.drain(draining); // accepted in the moment in which the drain began
    }
  }

  /** To be called on its loop, or when that has ended; what it leaves behind is noted before it is gone, since the last to go makes the report. */
  void remove(Connection connection) {
    if (!open.contains(connection)) {
      return;
    }
    bytesRead.add(connection.bytesRead());
    bytesWritten.add(connection.bytesWritten());
    messagesRead.add(connection.messagesRead());
    messagesWritten.add(connection.messagesWritten());
    if (grace != null) {
      // one that ended by itself in the moment in which the drain began was not yet judged: it
      // finished
      Fate fate = connection.fate() == null ? Fate.FINISHED : connection.fate();
      endings.add(new Ending(connection.remoteAddress(), fate));
    }
    open.remove(connection);
    if (watchdog != null) {
      watchdog.left(connection.channel().eventLoop());
    }
    reportIfEmpty();
  }

  Captures captures() {
    return captures;
  }

  /** Records those that are open, and those that come. */
  CompletableFuture<Void> capture(Capture capture) {
    captures.add(capture);
    return CompletableFuture.allOf(open.stream()
        .map(connection -> connection.capture(capture))
        .toArray(CompletableFuture<?>[]::new));
  }

  int size() {
    return open.size();
  }

  long accepted() {
    return accepted.sum();
  }

  List<LiveConnection> snapshot() {
    return List.copyOf(open);
  }

  /** What was carried by all of them, those that are open and those that have ended. */
  ServerStats stats(Map<String, Long> refused, Map<String, Long> errors) {
    long in = bytesRead.sum();
    long out = bytesWritten.sum();
    long messagesIn = messagesRead.sum();
    long messagesOut = messagesWritten.sum();
    long count = 0;
    for (Connection connection : open) {
      count++;
      in += connection.bytesRead();
      out += connection.bytesWritten();
      messagesIn += connection.messagesRead();
      messagesOut += connection.messagesWritten();
    }
    return new ServerStats(
        count, accepted.sum(), refused, in, out, messagesIn, messagesOut, errors);
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
