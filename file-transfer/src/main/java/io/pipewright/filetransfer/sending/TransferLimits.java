package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many transfers may be under way at the same time, in all and to one address. Thread-safe. */
public final class TransferLimits {

  /** No limit that anybody will meet. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  private final int maxTransfers;
  private final int maxPerAddress;
  private final AtomicInteger transfers = new AtomicInteger();
  private final ConcurrentMap<Object, Integer> byAddress = new ConcurrentHashMap<>();

  /**
   * @param maxTransfers 1 or more
   * @param maxPerAddress 1 or more
   */
  public TransferLimits(int maxTransfers, int maxPerAddress) {
    this.maxTransfers = maxTransfers;
    this.maxPerAddress = maxPerAddress;
  }

  /**
   * Begins a transfer, if one more may be.
   *
   * @param address as {@link #addressOf} tells it
   * @return why it may not begin now, or {@code null}: then it has, and {@link #end} is to be called when it ends
   */
  String begin(Object address) {
    if (transfers.incrementAndGet() > maxTransfers) {
      transfers.decrementAndGet();
      return "%d transfers are under way, as many as may be".formatted(maxTransfers);
    }
    int own = byAddress.merge(address, 1, Integer::sum);
    if (own > maxPerAddress) {
      end(address);
      return "%d transfers to its address are under way, as many as may be"
          .formatted(maxPerAddress);
    }
    return null;
  }

  void end(Object address) {
    transfers.decrementAndGet();
    byAddress.computeIfPresent(address, (same, n) -> n == 1 ? null : n - 1);
  }

  /** How many are under way. */
  public int transfers() {
    return transfers.get();
  }

  /** Whom a channel counts for; all peers on Unix domain sockets are one. */
  static Object addressOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress socket
            && socket.getAddress() != null
        ? socket.getAddress()
        : "local";
  }
}
