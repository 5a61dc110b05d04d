package io.pipewright.client;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Connections that nobody uses now. The one that was used last is taken first, so that those beyond what is needed grow old and
 * go. Not thread-safe: the pool's lock guards it.
 */
final class IdleConnections {

  private record Idle(Channel channel, long sinceNanos) {}

  /** The newest first. */
  private final Deque<Idle> idle = new ArrayDeque<>();

  private final long maxNanos;

  IdleConnections(long maxNanos) {
    this.maxNanos = maxNanos;
  }

  void add(Channel channel, long nowNanos) {
    idle.addFirst(new Idle(channel, nowNanos));
  }

  /** The newest, or null. */
  Channel take() {
    Idle newest = idle.pollFirst();
    return newest == null ? null : newest.channel();
  }

  void remove(Channel channel) {
    idle.removeIf(one -> one.channel() == channel);
  }

  /** All of them. */
  List<Channel> takeAll() {
    List<Channel> all = new ArrayList<>(idle.stream().map(Idle::channel).toList());
    idle.clear();
    return all;
  }

  /** Those that have been idle for too long. */
  List<Channel> takeExpired(long nowNanos) {
    List<Channel> expired = new ArrayList<>();
    while (!idle.isEmpty() && nowNanos - idle.getLast().sinceNanos() >= maxNanos) {
      expired.add(idle.removeLast().channel());
    }
    return expired;
  }

  /** When the next one will have been idle for too long, from now on; there must be one. */
  long nanosToNextExpiry(long nowNanos) {
    return maxNanos - (nowNanos - idle.getLast().sinceNanos());
  }

  boolean isEmpty() {
    return idle.isEmpty();
  }

  int size() {
    return idle.size();
  }
}
