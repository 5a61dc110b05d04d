package io.pipewright.udp.session;

import java.net.InetSocketAddress;
import java.util.List;

/** The sessions of one socket by their peers' addresses, and in the order in which they were last heard. Not thread-safe. */
final class SessionTable {

  private final PeerMap byPeer = new PeerMap();
  private final HeardOrder unconfirmed = new HeardOrder();
  private final HeardOrder confirmed = new HeardOrder();

  SessionChannel get(InetSocketAddress peer) {
    return byPeer.get(peer);
  }

  int size() {
    return byPeer.size();
  }

  void add(SessionChannel session) {
    byPeer.add(session);
    unconfirmed.append(session);
  }

  /** Once more has no effect. */
  boolean remove(SessionChannel session) {
    if (!byPeer.remove(session)) {
      return false;
    }
    orderOf(session).remove(session);
    return true;
  }

  /** It was heard, and not in the batch that opened it. */
  void heardAgain(SessionChannel session) {
    orderOf(session).remove(session);
    session.confirmed = true;
    confirmed.append(session);
  }

  /** Who gives way to a new one, or {@code null} if nobody does. */
  SessionChannel leastWanted() {
    return unconfirmed.oldest();
  }

  /** Who was not heard for longest; {@code null} if there is nobody. */
  SessionChannel longestSilent() {
    SessionChannel one = unconfirmed.oldest();
    SessionChannel other = confirmed.oldest();
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.heardAt - other.heardAt <= 0 ? one : other;
  }

  List<SessionChannel> all() {
    return byPeer.all();
  }

  private HeardOrder orderOf(SessionChannel session) {
    return session.confirmed ? confirmed : unconfirmed;
  }

  /** A list through the sessions themselves, the one that was heard last at its end. */
  private static final class HeardOrder {

    private SessionChannel first;
    private SessionChannel last;

    SessionChannel oldest() {
      return first;
    }

    void append(SessionChannel session) {
      session.heardBefore = last;
      session.heardAfter = null;
      if (last == null) {
        first = session;
      } else {
        last.heardAfter = session;
      }
      last = session;
    }

    void remove(SessionChannel session) {
      if (session.heardBefore == null) {
        first = session.heardAfter;
      } else {
        session.heardBefore.heardAfter = session.heardAfter;
      }
      if (session.heardAfter == null) {
        last = session.heardBefore;
      } else {
        session.heardAfter.heardBefore = session.heardBefore;
      }
    }
  }
}
