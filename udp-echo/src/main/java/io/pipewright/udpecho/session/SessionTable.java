package io.pipewright.udpecho.session;

import io.pipewright.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The clients that a server counts for, by their address: so many at most, the one that began first goes when another comes. An
 * address has one session. Thread-safe.
 */
public final class SessionTable {

  private final int maxSessions;
  private final LongSupplier kernelDrops;
  private final Map<InetSocketAddress, Session> inOrder = new LinkedHashMap<>();
  private final Map<InetSocketAddress, Session> sessions = new ConcurrentHashMap<>();
  private volatile boolean any;

  /**
   * Counts for nobody yet.
   *
   * @param maxSessions 1 or more; each holds about 8 KiB
   * @param kernelDrops how many datagrams the kernel has dropped at the server's sockets, or less than 0 if it does not say
   * @throws ConfigurationException if less than 1
   */
  public SessionTable(int maxSessions, LongSupplier kernelDrops) {
    if (maxSessions < 1) {
      throw new ConfigurationException(
          "measuredSessions", maxSessions, "must be 1 or more, not " + maxSessions);
    }
    this.maxSessions = maxSessions;
    this.kernelDrops = kernelDrops;
  }

  /** What is asked for every datagram, and mostly answered by one look at a field. */
  Session of(InetSocketAddress address) {
    return any ? sessions.get(address) : null;
  }

  /**
   * Begins to count, unless that session has begun already: a query may come twice.
   *
   * @return whether it is the only one now, and new
   */
  synchronized boolean begin(InetSocketAddress address, long id) {
    Session there = sessions.get(address);
    if (there != null && there.id() == id) {
      return false;
    }
    boolean first = inOrder.isEmpty();
    inOrder.remove(address);
    if (inOrder.size() == maxSessions) {
      Iterator<InetSocketAddress> oldest = inOrder.keySet().iterator();
      sessions.remove(oldest.next());
      oldest.remove();
    }
    Session session = new Session(id, kernelDrops.getAsLong());
    inOrder.put(address, session);
    sessions.put(address, session);
    any = true;
    return first;
  }

  /** What was counted for a session; nothing if it is not counted for, or no longer. */
  Optional<SessionCounts> counts(InetSocketAddress address, long id) {
    Session session = of(address);
    return session == null || session.id() != id
        ? Optional.empty()
        : Optional.of(session.counts(kernelDrops.getAsLong()));
  }

  /**
   * Forgets those of whom nothing came since the last sweep.
   *
   * @return whether any are left
   */
  synchronized boolean sweep() {
    inOrder.entrySet().removeIf(entry -> {
      boolean silent = !entry.getValue().wasUsed();
      if (silent) {
        sessions.remove(entry.getKey());
      }
      return silent;
    });
    any = !inOrder.isEmpty();
    return any;
  }

  /** How many are counted for. */
  synchronized int size() {
    return inOrder.size();
  }
}
