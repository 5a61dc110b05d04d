package io.pipewright.client;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who has which connection of a pool, and who waits for one. Every method is one step under one lock, in which no code of
 * others is called: what follows from a step (completing, closing, connecting) its caller does, outside of the lock.
 */
final class PoolState {

  /**
   * What is to be done next for those who wait.
   *
   * @param waiter for whom
   * @param channel the connection it gets, counted as leased; null if one is to be made, counted as connecting
   */
  record Step(PoolWaiter waiter, Channel channel) {}

  /** What is left to end when the pool is closed. */
  record Leftovers(List<Channel> idle, List<PoolWaiter> waiters) {}

  private final int maxSize;
  private final IdleConnections idle;
  private final Deque<PoolWaiter> waiters = new ArrayDeque<>();
  private final Set<Channel> leased = new HashSet<>();
  private int connecting;
  private boolean closed;

  PoolState(int maxSize, long maxIdleNanos) {
    this.maxSize = maxSize;
    this.idle = new IdleConnections(maxIdleNanos);
  }

  /**
   * Puts one more at the end of the line.
   *
   * @return false if the pool is closed
   */
  synchronized boolean enter(PoolWaiter waiter) {
    if (!closed) {
      waiters.addLast(waiter);
    }
    return !closed;
  }

  /**
   * Gives one back its place at the head of the line.
   *
   * @return false if the pool is closed
   */
  synchronized boolean reenter(PoolWaiter waiter) {
    if (!closed) {
      waiters.addFirst(waiter);
    }
    return !closed;
  }

  synchronized void leave(PoolWaiter waiter) {
    waiters.removeIf(one -> one == waiter);
  }

  /** Takes the one who came last out of the line, if more wait than may, besides those for whom connections are being made. */
  synchronized boolean leftAsOneTooMany(PoolWaiter waiter, int maxWaiting) {
    return waiters.size() - connecting > maxWaiting && waiters.removeIf(one -> one == waiter);
  }

  /** An idle connection for the first in the line, or a new one for the first who has none on its way; null if neither. */
  synchronized Step next() {
    while (!waiters.isEmpty() && waiters.peek().isDone()) {
      waiters.remove(); // it gave up, and is about to leave by itself
    }
    if (waiters.isEmpty() || closed) {
      return null;
    }
    Channel channel = idle.take();
    if (channel != null) {
      leased.add(channel);
      return new Step(waiters.poll(), channel);
    }
    if (leased.size() + connecting >= maxSize) {
      return null;
    }
    for (PoolWaiter waiter : waiters) {
      if (!waiter.connecting) {
        waiter.connecting = true;
        connecting++;
        return new Step(waiter, null);
      }
    }
    return null;
  }

  /**
   * A connection has been made.
   *
   * @return false if the pool has been closed meanwhile: it is nobody's
   */
  synchronized boolean connected(Channel channel, long nowNanos) {
    connecting--;
    if (!closed) {
      idle.add(channel, nowNanos);
    }
    return !closed;
  }

  /**
   * A connection could not be made.
   *
   * @return whether the one for whom it was to be still waits; then it has left the line
   */
  synchronized boolean connectFailed(PoolWaiter waiter) {
    connecting--;
    waiter.connecting = false;
    return waiters.removeIf(one -> one == waiter);
  }

  /**
   * A lease has ended.
   *
   * @return whether the connection is kept; if not, it is to be closed
   */
  synchronized boolean returned(Channel channel, boolean fit, long nowNanos) {
    leased.remove(channel);
    boolean kept = fit && !closed;
    if (kept) {
      idle.add(channel, nowNanos);
    }
    return kept;
  }

  synchronized void forget(Channel channel) {
    idle.remove(channel);
  }

  synchronized List<Channel> takeExpired(long nowNanos) {
    return idle.takeExpired(nowNanos);
  }

  synchronized OptionalLong nanosToNextExpiry(long nowNanos) {
    return idle.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(idle.nanosToNextExpiry(nowNanos));
  }

  /** Lets nobody in any more; what is leased stays. */
  synchronized Leftovers close() {
    closed = true;
    Leftovers leftovers = new Leftovers(idle.takeAll(), List.copyOf(waiters));
    waiters.clear();
    return leftovers;
  }

  synchronized List<Channel> leased() {
    return List.copyOf(leased);
  }

  /** Closed, and nothing is open or on its way. */
  synchronized boolean isDrained() {
    return closed && leased.isEmpty() && connecting == 0;
  }

  synchronized PoolStats stats() {
    return new PoolStats(leased.size(), idle.size(), connecting, waiters.size());
  }
}
