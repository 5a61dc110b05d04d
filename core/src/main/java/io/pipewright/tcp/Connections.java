package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
import java.util.concurrent.atomic.AtomicInteger;
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

  /** How many are open, or have ended and are still being noted: the last to be noted makes the report. */
  private final AtomicInteger count = new AtomicInteger();

  /** Accepted, and on the way to their event loops. */
  private final Set<Channel> arriving = ConcurrentHashMap.newKeySet();

  private final ChannelFutureListener closedWhileArriving = closed -> notArriving(closed.channel());
  private final LongAdder accepted = new LongAdder();
  private final Total bytesRead = new Total();
  private final Total bytesWritten = new Total();
  private final Total messagesRead = new Total();
  private final Total messagesWritten = new Total();
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

  /** Accepted; it is to be added, or closes before. */
  void arriving(Channel child) {
    arriving.add(child);
    child.closeFuture().addListener(closedWhileArriving);
  }

  void notArriving(Channel child) {
    if (arriving.remove(child)) {
      child.closeFuture().removeListener(closedWhileArriving);
      reportIfEmpty();
    }
  }

  void add(Connection connection) {
    count.incrementAndGet();
    open.add(connection);
    accepted.increment();
    notArriving(connection.channel());
    Duration draining = grace;
    if (draining != null) {
      connection.drain(draining); // accepted in the moment in which the drain began
    }
  }

  /** It has ended. To be called on its loop, or when that has ended; once more has no effect. */
  void remove(Connection connection) {
    if (!open.remove(connection)) {
      return;
    }
    bytesRead.ended(connection.bytesRead());
    bytesWritten.ended(connection.bytesWritten());
    messagesRead.ended(connection.messagesRead());
    messagesWritten.ended(connection.messagesWritten());
    if (grace != null) {
      // one that ended by itself in the moment in which the drain began was not yet judged: it
      // finished
      Fate fate = connection.fate() == null ? Fate.FINISHED : connection.fate();
      endings.add(new Ending(connection.remoteAddress(), fate));
    }
    if (watchdog != null) {
      watchdog.left(connection.channel().eventLoop());
    }
    count.decrementAndGet();
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
    return count.get();
  }

  long accepted() {
    return accepted.sum();
  }

  List<LiveConnection> snapshot() {
    return List.copyOf(open);
  }

  /** What was carried by all of them, those that are open and those that have ended. */
  ServerStats stats(Map<String, Long> refused, Map<String, Long> errors) {
    long in = bytesRead.ofEnded();
    long out = bytesWritten.ofEnded();
    long messagesIn = messagesRead.ofEnded();
    long messagesOut = messagesWritten.ofEnded();
    long count = 0;
    for (Connection connection : open) {
      count++;
      in += connection.bytesRead();
      out += connection.bytesWritten();
      messagesIn += connection.messagesRead();
      messagesOut += connection.messagesWritten();
    }
    return new ServerStats(
        count,
        accepted.sum(),
        refused,
        bytesRead.told(in),
        bytesWritten.told(out),
        messagesRead.told(messagesIn),
        messagesWritten.told(messagesOut),
        errors);
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
    // in this order: what is on its way is added before it has arrived
    if (report != null
        && arriving.isEmpty()
        && count.get() == 0
        && reported.compareAndSet(false, true)) {
      report.accept(new ArrayList<>(endings));
    }
  }

  /**
   * Reports at once, unless that has been done: what is open now does not end, since its event loop is blocked.
   *
   * @param report called once with it, if at all
   */
  void giveUp(Consumer<List<Ending>> report) {
    if (reported.compareAndSet(false, true)) {
      List<Ending> all = new ArrayList<>(endings);
      open.forEach(left -> all.add(new Ending(left.remoteAddress(), Fate.FORCED)));
      report.accept(all);
    }
  }
}
