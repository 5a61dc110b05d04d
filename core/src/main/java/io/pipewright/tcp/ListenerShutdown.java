package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.PromiseCombiner;
import io.pipewright.kernel.ReusePort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How a server stops to accept, so that no client is turned away that another process of the same port could serve.
 *
 * <pre>
 *   begin ──► readiness is false for a while ──► new connections are sent to the other listener of the port
 *                (drainDelay)                              │ what is queued here is still accepted, until
 *                                                          ▼ nothing has come for QUIET, or LIMIT is over
 *                                              close ──► the connections are drained
 * </pre>
 *
 * Without a delay and without {@code SO_REUSEPORT} it closes at once. All of it runs on one thread that is no event loop.
 */
final class ListenerShutdown {

  /** A connection that is on its way to our queue when the others are sent elsewhere is there by then. */
  private static final Duration QUIET = Duration.ofMillis(300);

  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final List<Channel> listeners;
  private final Connections connections;
  private final Duration delay;
  private final boolean sharesPort;
  private Consumer<Duration> closed;
  private Duration grace;
  private boolean closing;
  private long limitNanos;
  private int steeredTo;
  private long steeredNanos;
  private long acceptedBefore;
  private long acceptedNanos;

  /**
   * @param listeners what is to be closed
   * @param connections tells whether connections still come
   * @param delay how long the listeners stay as they are when readiness has turned false
   * @param sharesPort whether other processes may listen on the same port
   */
  ListenerShutdown(
      List<Channel> listeners, Connections connections, Duration delay, boolean sharesPort) {
    this.listeners = listeners;
    this.connections = connections;
    this.delay = delay;
    this.sharesPort = sharesPort;
  }

  /**
   * Begins. With no grace there is no delay either.
   *
   * @param grace is told to {@code closed}, or the shorter one of {@link #hurry}
   * @param closed called once, when nothing is accepted any more
   */
  synchronized void begin(Duration grace, Consumer<Duration> closed) {
    this.grace = grace;
    this.closed = closed;
    if (grace.isZero()) {
      close();
    } else {
      after(delay, this::sendElsewhere);
    }
  }

  /** How long closing the listeners takes at most in a drain with that grace. */
  Duration longest(Duration grace) {
    if (grace.isZero()) {
      return Duration.ZERO;
    }
    return sharesPort ? delay.plus(LIMIT) : delay;
  }

  /**
   * The drain is to end sooner.
   *
   * @return whether the listeners are closed, so that the connections are to be told
   */
  synchronized boolean hurry(Duration grace) {
    if (closed == null) {
      return true; // it is over
    }
    this.grace = grace.compareTo(this.grace) < 0 ? grace : this.grace;
    if (grace.isZero()) {
      close();
    }
    return false;
  }

  private synchronized void sendElsewhere() {
    if (closing) {
      return;
    }
    if (!sharesPort) {
      close();
      return;
    }
    limitNanos = System.nanoTime() + LIMIT.toNanos();
    acceptedBefore = connections.accepted();
    steerTo(1); // we are mostly the older of two, and the older is number 0
    after(LOOK, this::closeWhenQuiet);
  }

  private void steerTo(int number) {
    steeredTo = number;
    steeredNanos = System.nanoTime();
    acceptedNanos = steeredNanos;
    listeners.forEach(listener -> ReusePort.sendTo(listener, number));
  }

  private synchronized void closeWhenQuiet() {
    if (closing) {
      return;
    }
    long now = System.nanoTime();
    long accepted = connections.accepted();
    if (accepted != acceptedBefore) {
      acceptedBefore = accepted;
      acceptedNanos = now;
      if (now - steeredNanos > QUIET.toNanos()) {
        steerTo(1 - steeredTo); // they still come to us: we have the other number
      }
    }
    if (now - acceptedNanos > QUIET.toNanos() || now - limitNanos > 0) {
      close();
    } else {
      after(LOOK, this::closeWhenQuiet);
    }
  }

  private void close() {
    if (closing) {
      return;
    }
    closing = true;
    GlobalEventExecutor.INSTANCE.execute(() -> {
      PromiseCombiner all = new PromiseCombiner(GlobalEventExecutor.INSTANCE);
      for (Channel listener : listeners) {
        ChannelFuture closing = listener.close();
        if (listener
            .isOpen()) { // one whose lent loop has ended is closed, and nobody hears of it any more
          all.add((Future<?>) closing);
        }
      }
      all.finish(GlobalEventExecutor.INSTANCE.<Void>newPromise().addListener(done -> tell()));
    });
  }

  private void tell() {
    Consumer<Duration> listener;
    Duration remaining;
    synchronized (this) {
      listener = closed;
      remaining = grace;
      closed = null;
    }
    listener.accept(remaining);
  }

  private static void after(Duration delay, Runnable action) {
    GlobalEventExecutor.INSTANCE.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
  }
}
