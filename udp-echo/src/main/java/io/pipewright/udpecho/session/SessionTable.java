package io.pipewright.udpecho.session;

import io.pipewright.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients that a server counts for, by their address: so many at most, the one that began first goes when another comes. An
 * address has one session. Thread-safe.
 */
public final class SessionTable {

  private final int maxSessions;
  private final Map<InetSocketAddress, Session> inOrder = new LinkedHashMap<>();
  private final Map<InetSocketAddress, Session> sessions = new ConcurrentHashMap<>();
  private volatile boolean any;

  /**
   * Counts for nobody yet.
   *
   * @param maxSessions 1 or more; each holds about 8 KiB
   * @throws ConfigurationException if less than 1
   */
  public SessionTable(int maxSessions) {
    if (maxSessions < 1) {
      throw new ConfigurationException(
          "measuredSessions", maxSessions, "must be 1 or more, not " + maxSessions);
    }
    this.maxSessions = maxSessions;
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
    Session session = new Session(id);
    inOrder.put(address, session);
    sessions.put(address, session);
    any = true;
    return first;
  }

  /** A session; nothing if it is not counted for, or no longer. */
  Optional<Session> find(InetSocketAddress address, long id) {
    return Optional.ofNullable(of(address)).filter(session -> session.id() == id);
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
