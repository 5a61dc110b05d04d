package io.pipewright.udp.guard;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * Cuts the loop between two services that answer whatever they get: a peer whose datagrams are our own replies coming back. For
 * each peer and payload it keeps how many of our replies are out, and how many rounds of replies have come back.
 *
 * <pre>
 *   answer ──► came back, round 1, 2, 3: answer ──► round 4: withhold as many as are out, so that nothing is left to come back
 *                                                        │
 *              answer, and longer from then on ◄─────────╯ more than that comes: this peer speaks by itself
 * </pre>
 *
 * <p>That last step is the proof that no loop can give, since it only ever sends what it was sent. Its worth is bounded, as it
 * can be forged: a remote address that gave it has {@value #LENIENT} rounds, and after the next {@value #MOST_LENIENT}. Peers of
 * this machine prove it once, and need not when the kernel knows their sockets as connected to ours.
 *
 * <p>Memory is bounded: an entry has four places where it may be; are they taken, the one with the fewest rounds gives way, of
 * those the one not heard of for longest. Not thread-safe.
 */
final class PingPong {

  static final int LENIENT = 500;
  static final int MOST_LENIENT = 50_000;

  /** Who pauses that long between our reply and the next does not react to it. Loops of one machine are much faster. */
  static final long LOCAL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

  private static final int WAYS = 4;
  private static final int MOST_OUT = 64;

  /** How many rounds more a peer of this machine gets while the kernel's tables do not tell. */
  private static final int MOST_UNDECIDED = 256;

  private static final int ADDRESS = -1;

  private static final class Entry {
    long key;
    long heardAt;
    long batch;
    int rounds;
    int allowed;
    int outBefore;
    int outNow;
    int withhold;
    boolean provesItself;
  }

  private final Hash hash;
  private final int allowedRounds;
  private final LocalNetworks networks;
  private final LocalSockets sockets;
  private final Entry[] entries;

  PingPong(
      Hash hash, int allowedRounds, int capacity, LocalNetworks networks, LocalSockets sockets) {
    this.hash = hash;
    this.allowedRounds = allowedRounds;
    this.networks = networks;
    this.sockets = sockets;
    this.entries = new Entry[Math.max(WAYS, Integer.highestOneBit(capacity - 1) << 1)];
  }

  /**
   * Whether a datagram is to be withheld from those who would answer it; if not, it is taken for answered.
   *
   * @param batch a number that is another one once replies have been flushed and the socket was empty
   */
  boolean withholds(InetAddress address, int port, ByteBuf content, long batch, long now) {
    long host = hash.of(address);
    Entry entry = entry(hash.of(hash.of(host, port), hash.of(content)), now);
    long silence = now - entry.heardAt;
    entry.heardAt = now;
    boolean paused =
        silence > LOCAL_PAUSE_NANOS && (silence > PAUSE_NANOS || networks.isOwn(address, now));
    if (entry.provesItself || (paused && entry.withhold > 0)) {
      proved(entry, host, networks.isOwn(address, now), now);
      restart(entry, batch);
      return false;
    }
    if (entry.withhold > 0) {
      entry.withhold--;
      entry.provesItself = entry.withhold == 0;
      return true;
    }
    if (silence > PAUSE_NANOS) {
      restart(entry, batch);
      return false;
    }
    return comesBackTooOften(entry, batch, paused) && cut(entry, host, address, port, now);
  }

  /**
   * Counts a round. What comes in the batch in which the last reply was made cannot be that reply; what comes after a pause may
   * be, from a partner that was slow for once, but nobody is cut for it.
   */
  private boolean comesBackTooOften(Entry entry, long batch, boolean paused) {
    boolean newBatch = entry.batch != batch;
    if (newBatch) {
      entry.batch = batch;
      entry.outBefore = Math.min(entry.outBefore + entry.outNow, MOST_OUT);
      entry.outNow = 0;
    }
    if (entry.outBefore > 0) {
      entry.outBefore--;
      entry.rounds += newBatch && entry.rounds < Integer.MAX_VALUE ? 1 : 0;
    }
    if (newBatch && !paused && entry.rounds > entry.allowed) {
      return true;
    }
    entry.outNow++;
    return false;
  }

  private boolean cut(Entry entry, long host, InetAddress address, int port, long now) {
    if (networks.isOwn(address, now)) {
      LocalSockets.Verdict verdict = sockets.isClient(port, now);
      if (verdict == LocalSockets.Verdict.YES) {
        entry.allowed = Integer.MAX_VALUE;
      }
      boolean undecided =
          verdict == LocalSockets.Verdict.LATER && entry.rounds - entry.allowed <= MOST_UNDECIDED;
      if (verdict == LocalSockets.Verdict.YES || undecided) {
        entry.outNow++;
        return false;
      }
    } else if (allowedTo(host, now) > entry.allowed) {
      entry.allowed = allowedTo(host, now);
      entry.outNow++;
      return false;
    }
    entry.withhold = entry.outBefore;
    entry.provesItself = entry.withhold == 0;
    entry.rounds = 0;
    return true;
  }

  private void proved(Entry entry, long host, boolean own, long now) {
    if (own) {
      entry.allowed = Integer.MAX_VALUE;
      return;
    }
    entry.rounds = Integer.MAX_VALUE; // it must not give way to the next
    Entry trust = entry(hash.of(host, ADDRESS), now);
    trust.heardAt = now;
    trust.rounds = trust.rounds == 0 ? LENIENT : MOST_LENIENT;
    entry.allowed = trust.rounds;
  }

  private int allowedTo(long host, long now) {
    Entry trust = find(hash.of(host, ADDRESS));
    if (trust == null) {
      return allowedRounds;
    }
    trust.heardAt = now;
    return Math.max(allowedRounds, trust.rounds);
  }

  private static void restart(Entry entry, long batch) {
    entry.batch = batch;
    entry.rounds = 0;
    entry.outBefore = 0;
    entry.outNow = 1;
    entry.withhold = 0;
    entry.provesItself = false;
  }

  private Entry find(long key) {
    int first = first(key);
    for (int at = first; at < first + WAYS; at++) {
      if (entries[at] != null && entries[at].key == key) {
        return entries[at];
      }
    }
    return null;
  }

  /** The entry of a key, a new one if there was none: last heard of so long ago that it starts anew. */
  private Entry entry(long key, long now) {
    Entry found = find(key);
    if (found != null) {
      return found;
    }
    Entry entry = room(first(key));
    entry.key = key;
    entry.heardAt = now - PAUSE_NANOS - 1;
    entry.allowed = allowedRounds;
    restart(entry, 0);
    return entry;
  }

  private Entry room(int first) {
    Entry best = null;
    for (int at = first; at < first + WAYS; at++) {
      Entry entry = entries[at];
      if (entry == null) {
        entries[at] = new Entry();
        return entries[at];
      }
      if (best == null
          || entry.rounds < best.rounds
          || (entry.rounds == best.rounds && entry.heardAt - best.heardAt < 0)) {
        best = entry;
      }
    }
    return best;
  }

  private int first(long key) {
    return (int) (key >>> 8) & (entries.length - WAYS);
  }
}
