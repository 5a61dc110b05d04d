package io.pipewright.udp.session;

import io.pipewright.socket.ErrorCounts;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counts the sessions of a server, of all its sockets together. Thread-safe. */
public final class SessionCounts {

  private final LongAdder open = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final ErrorCounts ended = new ErrorCounts();
  private final ErrorCounts refused = new ErrorCounts();
  private final ErrorCounts errors = new ErrorCounts();
  private final Consumer<String> dropped;

  /**
   * @param dropped is told the reason when a datagram is not handled, from any event loop
   */
  public SessionCounts(Consumer<String> dropped) {
    this.dropped = dropped;
  }

  /** How many are open. */
  public long open() {
    return open.sum();
  }

  /** How many were opened. */
  public long opened() {
    return opened.sum();
  }

  /** How many have ended that no handler closed, by reason: {@code idle}, {@code evicted}. */
  public Map<String, Long> ended() {
    return ended.snapshot();
  }

  /** How often a new peer was refused, by reason: {@code sessions-full}, {@code session-rate}, {@code draining}. */
  public Map<String, Long> refused() {
    return refused.snapshot();
  }

  /** What went wrong in the sessions' pipelines, by kind. */
  public ErrorCounts errors() {
    return errors;
  }

  void sessionOpened() {
    open.increment();
    opened.increment();
  }

  void sessionClosed() {
    open.decrement();
  }

  void sessionEnded(String reason) {
    ended.count(reason);
  }

  /** Somebody gets no session, and so his datagram is dropped. */
  void refuse(String reason) {
    refused.count(reason);
    dropped.accept(reason);
  }

  void drop(String reason) {
    dropped.accept(reason);
  }
}
