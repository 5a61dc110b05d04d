package io.pipewright.udp.guard;

import java.net.InetAddress;

/**
 * What may still be sent to a peer, to its network and in all, on one socket. What handlers write is charged when they write it;
 * a datagram is refused while there is debt, so that one answer may be more than is left, and the next waits for it. Not
 * thread-safe.
 */
final class ReplyBudget {

  private final Hash hash;
  private final int ipv4PrefixLength;
  private final int ipv6PrefixLength;
  private final boolean loopbackToo;
  private final RateTable peers;
  private final RateTable networks;
  private final TotalRate total;

  ReplyBudget(ReflectionGuard settings, Hash hash, TotalRate total) {
    this.hash = hash;
    this.ipv4PrefixLength = settings.ipv4PrefixLength();
    this.ipv6PrefixLength = settings.ipv6PrefixLength();
    this.loopbackToo = settings.budgetsLoopback();
    this.peers = new RateTable(settings.perNetwork().half(), settings.trackedNetworks());
    this.networks = new RateTable(settings.perNetwork(), settings.trackedNetworks());
    this.total = total;
  }

  boolean isFree(InetAddress address) {
    return !loopbackToo && address.isLoopbackAddress();
  }

  /** Why a datagram is not to be answered, or {@code null}. */
  Refusal refusal(InetAddress address, int port, long now) {
    if (total.isInDebt(now)) {
      return Refusal.TOTAL_BUDGET;
    }
    if (peers.isInDebt(hash.of(hash.of(address), port), now)) {
      return Refusal.PEER_BUDGET;
    }
    return networks.isInDebt(network(address), now) ? Refusal.NETWORK_BUDGET : null;
  }

  void charge(InetAddress address, int port, int bytes, long now) {
    peers.charge(hash.of(hash.of(address), port), bytes, now);
    networks.charge(network(address), bytes, now);
    total.charge(bytes, now);
  }

  private long network(InetAddress address) {
    return hash.ofNetwork(address, ipv4PrefixLength, ipv6PrefixLength);
  }
}
