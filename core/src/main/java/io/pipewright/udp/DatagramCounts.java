package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.pipewright.udp.session.SessionCounts;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what passes a server's sockets, or a client's, and what does not and why. Handlers of any pipeline find it by {@link #of} and
 * count what they drop. Thread-safe.
 */
public final class DatagramCounts {

  private static final AttributeKey<DatagramCounts> KEY =
      AttributeKey.valueOf(DatagramCounts.class, "counts");

  private final LongAdder received = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final Map<String, LongAdder> dropped = new ConcurrentHashMap<>();
  private final SessionCounts sessions = new SessionCounts(this::dropped);

  DatagramCounts() {}

  /** The counts to which a channel of {@code UdpServer} or {@code UdpClient} belongs, or a session of one. */
  public static DatagramCounts of(Channel channel) {
    DatagramCounts counts = channel.attr(KEY).get();
    if (counts == null && channel.parent() != null) {
      counts = channel.parent().attr(KEY).get();
    }
    if (counts == null) {
      throw new IllegalStateException(channel + " is no channel of UdpServer or UdpClient");
    }
    return counts;
  }

  void attachTo(Channel channel) {
    channel.attr(KEY).set(this);
  }

  /** A datagram has come and goes to the handlers. */
  void received(int bytes) {
    received.increment();
    receivedBytes.add(bytes);
  }

  /** A datagram has been handed to the transport. */
  void sent(int bytes) {
    sent.increment();
    sentBytes.add(bytes);
  }

  /**
   * A datagram is not handled, or not answered.
   *
   * @param reason in lower case with hyphens, from a fixed set: it becomes a key, and so must not hold what a peer sent
   */
  public void dropped(String reason) {
    dropped.computeIfAbsent(reason, unseen -> new LongAdder()).increment();
  }

  /** How many were dropped for a reason. */
  public long droppedBy(String reason) {
    LongAdder count = dropped.get(reason);
    return count == null ? 0 : count.sum();
  }

  /** How many sessions there are and were. */
  public SessionCounts sessions() {
    return sessions;
  }

  long datagramsReceived() {
    return received.sum();
  }

  long bytesReceived() {
    return receivedBytes.sum();
  }

  long datagramsSent() {
    return sent.sum();
  }

  long bytesSent() {
    return sentBytes.sum();
  }

  /** How many were dropped, by reason. */
  Map<String, Long> dropped() {
    Map<String, Long> counts = new TreeMap<>();
    dropped.forEach((reason, count) -> counts.put(reason, count.sum()));
    return counts;
  }
}
