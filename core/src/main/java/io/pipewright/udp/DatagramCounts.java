package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.pipewright.udp.session.SessionCounts;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

  /** The reason under which datagrams are that were longer than what is accepted. */
  static final String TOO_LONG = "datagram-too-long";

  private final Map<String, LongAdder> dropped = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> sendFailures = new ConcurrentHashMap<>();
  private final LongAdder resent = new LongAdder();
  private final Set<Tally> open = new HashSet<>();
  private final Tally closed = new Tally();
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

  /** The counts of one more channel, which its event loop writes until they are handed back. */
  synchronized Tally openTally() {
    Tally tally = new Tally();
    open.add(tally);
    return tally;
  }

  /** The channel is closed: what it counted stays counted. */
  synchronized void closeTally(Tally tally) {
    if (open.remove(tally)) {
      closed.add(tally);
    }
  }

  /** The channels' counts together. */
  synchronized Tally total() {
    Tally total = new Tally();
    total.add(closed);
    open.forEach(total::add);
    return total;
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

  /** The kernel has not taken a datagram. */
  void sendFailed(String reason) {
    sendFailures.computeIfAbsent(reason, unseen -> new LongAdder()).increment();
  }

  /** How many sessions there are and were. */
  public SessionCounts sessions() {
    return sessions;
  }

  /** Datagrams of a burst that the kernel refused go out one by one. */
  void resent(long datagrams) {
    resent.add(datagrams);
  }

  long datagramsResent() {
    return resent.sum();
  }

  /** How many were dropped, by reason. */
  Map<String, Long> dropped() {
    return sums(dropped);
  }

  /** How many the kernel has not taken, by reason. */
  Map<String, Long> sendFailures() {
    return sums(sendFailures);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> counts) {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
