package io.pipewright.udpecho.measure;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.pipewright.udpecho.session.SessionCounts;
import io.pipewright.udpecho.session.SessionMessage;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks the server one thing, again while no answer comes, and ends: with what it says, or with nothing if it says nothing or sends
 * the question back, as an echo does that understands none. Lives on one event loop.
 */
final class Inquiry {

  static final int TRIES = 10;
  static final long BETWEEN_TRIES_NANOS = 100_000_000;

  private final EventExecutor loop;
  private final SessionMessage.Type type;
  private final long session;
  private final Consumer<SessionMessage> sender;
  private final Consumer<Optional<SessionCounts>> done;
  private final long firstNonce = ThreadLocalRandom.current().nextLong();
  private int tries;
  private boolean over;
  private Future<?> next;

  /**
   * @param sender sends a query
   * @param done hears of the end, once
   */
  Inquiry(
      EventExecutor loop,
      SessionMessage.Type type,
      long session,
      Consumer<SessionMessage> sender,
      Consumer<Optional<SessionCounts>> done) {
    this.loop = loop;
    this.type = type;
    this.session = session;
    this.sender = sender;
    this.done = done;
  }

  /**
   * Asks.
   *
   * @param limitNanos how long an answer is waited for in all, or until the last try has had its time
   */
  void start(long limitNanos) {
    if (over) {
      return;
    }
    if (tries == TRIES) {
      end(Optional.empty());
      return;
    }
    sender.accept(SessionMessage.query(type, session, firstNonce + tries));
    tries++;
    long wait = tries < TRIES
        ? BETWEEN_TRIES_NANOS
        : Math.max(BETWEEN_TRIES_NANOS, limitNanos - (TRIES - 1) * BETWEEN_TRIES_NANOS);
    next = loop.schedule(() -> start(limitNanos), wait, TimeUnit.NANOSECONDS);
  }

  /** A message has come. */
  void heard(SessionMessage message) {
    long asked = message.nonce() - firstNonce;
    if (message.session() != session || asked < 0 || asked >= tries) {
      return; // another inquiry's
    }
    if (message.type() == type) {
      end(Optional.empty());
    } else if (!message.type().isQuery()) {
      end(Optional.of(message.counts()));
    }
  }

  /** Waits no longer. */
  void giveUp() {
    end(Optional.empty());
  }

  private void end(Optional<SessionCounts> answer) {
    if (over) {
      return;
    }
    over = true;
    if (next != null) {
      next.cancel(false);
    }
    done.accept(answer);
  }
}
