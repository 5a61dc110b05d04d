package io.pipewright.udp.session;

import io.pipewright.address.SeededHash;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Sessions by their peers' addresses: one array, a seeded hash, the next free place. A {@code HashMap} would hash addresses by a
 * sum that strangers can make equal for as many as they like. Not thread-safe.
 */
final class PeerMap {

  private static final int LEAST_CAPACITY = 64;

  private final SeededHash hash = new SeededHash();
  private SessionChannel[] places = new SessionChannel[LEAST_CAPACITY];
  private int size;

  SessionChannel get(InetSocketAddress peer) {
    int mask = places.length - 1;
    for (int at = home(peer); places[at] != null; at = (at + 1) & mask) {
      if (places[at].remoteAddress().equals(peer)) {
        return places[at];
      }
    }
    return null;
  }

  int size() {
    return size;
  }

  /** Adds the session of a peer that has none. */
  void add(SessionChannel session) {
    if (2 * (size + 1) > places.length) {
      grow();
    }
    place(session);
    size++;
  }

  private void place(SessionChannel session) {
    int at = home(session.remoteAddress());
    while (places[at] != null) {
      at = (at + 1) & (places.length - 1);
    }
    places[at] = session;
  }

  private void grow() {
    SessionChannel[] before = places;
    places = new SessionChannel[2 * before.length];
    for (SessionChannel session : before) {
      if (session != null) {
        place(session);
      }
    }
  }

  /** Whether it was there. Those behind it that its place kept from theirs move up. */
  boolean remove(SessionChannel session) {
    int mask = places.length - 1;
    int gap = home(session.remoteAddress());
    while (!session.equals(places[gap])) {
      if (places[gap] == null) {
        return false;
      }
      gap = (gap + 1) & mask;
    }
    for (int at = (gap + 1) & mask; places[at] != null; at = (at + 1) & mask) {
      int distance = (at - home(places[at].remoteAddress())) & mask;
      if (distance >= ((at - gap) & mask)) {
        places[gap] = places[at];
        gap = at;
      }
    }
    places[gap] = null;
    size--;
    return true;
  }

  List<SessionChannel> all() {
    List<SessionChannel> all = new ArrayList<>(size);
    for (SessionChannel session : places) {
      if (session != null) {
        all.add(session);
      }
    }
    return all;
  }

  private int home(InetSocketAddress peer) {
    return (int) (hash.of(peer) >>> 16) & (places.length - 1);
  }
}
