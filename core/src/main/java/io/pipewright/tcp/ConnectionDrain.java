package io.pipewright.tcp;

import io.pipewright.DrainEvent;
import io.pipewright.DrainReport.Fate;
import java.time.Duration;

/**
 * How one connection ends when its server drains: at once if it is idle, when it is done if it is busy, by force at the end of
 * the grace. Runs on the connection's event loop alone.
 */
final class ConnectionDrain {

  private final Connection connection;
  private boolean begun;
  private long deadlineNanos;
  private Fate fate;

  ConnectionDrain(Connection connection) {
    this.connection = connection;
  }

  /** Begins; or, if it has begun, brings the end forward, never back. */
  void endWithin(Duration grace) {
    long deadline = connection.nanoTime() + grace.toNanos();
    if (begun) {
      deadlineNanos = deadline - deadlineNanos < 0 ? deadline : deadlineNanos;
    } else {
      begun = true;
      deadlineNanos = deadline;
      fate = connection.isBusy() ? Fate.FINISHED : Fate.IDLE;
      connection.channel().pipeline().fireUserEventTriggered(new DrainEvent(grace));
    }
    endIfDone();
  }

  private void endIfDone() {
    if (!connection.channel().isOpen()) {
      return;
    }
    boolean busy = connection.isBusy();
    if (busy) {
      fate = Fate.FINISHED; // as it will, unless the grace is over first
    }
    if (!busy && !connection.isFresh()) {
      connection.channel().close();
    } else if (connection.nanoTime() - deadlineNanos >= 0) {
      fate = busy ? Fate.FORCED : fate;
      connection.channel().close();
    } else {
      connection.later(this::endIfDone);
    }
  }

  Fate fate() {
    boolean told = fate != Fate.FORCED && DrainEvent.isToldToComeBack(connection.channel());
    return told ? Fate.TOLD : fate;
  }
}
