package io.pipewright.udp.guard;

import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's own addresses and the broadcast addresses of its networks. They may change while a server runs, so they are
 * read again, off the event loops, when they are asked for and older than half a minute. Thread-safe.
 */
final class LocalNetworks {

  private static final Logger log = LoggerFactory.getLogger(LocalNetworks.class);
  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private record Found(Set<InetAddress> own, Set<InetAddress> broadcast) {}

  private final AtomicLong readAt;
  private volatile Found found = read();

  LocalNetworks(long now) {
    readAt = new AtomicLong(now);
  }

  /** Whether an address is one of this machine's: those of loopback are. */
  boolean isOwn(InetAddress address, long now) {
    return address.isLoopbackAddress() || latest(now).own().contains(address);
  }

  /** Whether an address stands for one host: it is no multicast group, no network's broadcast address and not unspecified. */
  boolean isUnicast(InetAddress address, long now) {
    if (!(address instanceof Inet4Address ipv4)) {
      return !address.isMulticastAddress() && !address.isAnyLocalAddress();
    }
    int bits = Hash.ipv4(ipv4);
    boolean special = bits >>> 28 >= 0xe || bits == 0; // groups, class E, 255.255.255.255, 0.0.0.0
    return !special && !latest(now).broadcast().contains(address);
  }

  private Found latest(long now) {
    long at = readAt.get();
    if (now - at > STALE_NANOS && readAt.compareAndSet(at, now)) {
      try {
        GlobalEventExecutor.INSTANCE.execute(() -> found = read());
      } catch (RejectedExecutionException e) {
        log.debug("the networks are not read again", e);
      }
    }
    return found;
  }

  private static Found read() {
    Set<InetAddress> own = new HashSet<>();
    Set<InetAddress> broadcast = new HashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(each -> each.getInterfaceAddresses().stream())
          .forEach(address -> {
            own.add(address.getAddress());
            addBroadcast(address, broadcast);
          });
    } catch (SocketException e) {
      log.debug("the networks cannot be read", e);
    }
    return new Found(own, broadcast);
  }

  /** Loopback has one too, though no interface says so. */
  private static void addBroadcast(InterfaceAddress address, Set<InetAddress> broadcast) {
    if (address.getBroadcast() != null) {
      broadcast.add(address.getBroadcast());
    }
    int prefix = address.getNetworkPrefixLength();
    if (address.getAddress() instanceof Inet4Address ipv4 && prefix > 0 && prefix < 31) {
      broadcast.add(Hash.toIpv4(Hash.ipv4(ipv4) | (-1 >>> prefix)));
    }
  }
}
