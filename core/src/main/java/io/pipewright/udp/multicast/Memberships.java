package io.pipewright.udp.multicast;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.PlatformDependent;
import io.pipewright.ConfigurationException;
import io.pipewright.transport.Transport;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * The groups that one socket hears. Linux gives a socket that is bound to every address what is for any group that any program of the
 * machine has joined, unless it is told not to ({@code IP_MULTICAST_ALL}, ip(7)): it is told so here, and by the JDK on NIO for IPv4.
 * For IPv6 on NIO nobody can tell it, and so it joins none. Thread-safe.
 */
public final class Memberships {

  private static final IntegerUnixChannelOption IP_MULTICAST_ALL =
      new IntegerUnixChannelOption("IP_MULTICAST_ALL", 0, 49);
  private static final IntegerUnixChannelOption IPV6_MULTICAST_ALL =
      new IntegerUnixChannelOption("IPV6_MULTICAST_ALL", 41, 29);

  private static final boolean LINUX = "linux".equals(PlatformDependent.normalizedOs());

  private final DatagramChannel channel;
  private final Set<Membership> joined = new LinkedHashSet<>(); // the event loop's

  /**
   * None yet.
   *
   * @param channel bound
   */
  public Memberships(DatagramChannel channel) {
    this.channel = channel;
  }

  /**
   * Sees to it that a new socket hears no group that it has not joined. Does nothing where no transport needs it.
   *
   * @param systemsFamily whether the socket is of the family that the system prefers, rather than of IPv4
   * @throws ChannelException if the kernel refuses: Linux knows it since 2.6.31, for IPv6 since 4.20
   */
  public static void onlyJoined(Channel channel, boolean systemsFamily, Transport transport) {
    if (transport != Transport.EPOLL && transport != Transport.IO_URING) {
      return;
    }
    channel.config().setOption(IP_MULTICAST_ALL, 0);
    if (systemsFamily && Socket.isIPv6Preferred()) {
      channel.config().setOption(IPV6_MULTICAST_ALL, 0);
    }
  }

  /**
   * Refuses what the transport cannot do.
   *
   * @throws ConfigurationException that says which can
   */
  public static void check(Transport transport, Membership membership) {
    if (transport == Transport.KQUEUE) {
      throw new ConfigurationException(
          "join", membership, "the kqueue transport does no multicast; take nio");
    }
    if (transport == Transport.NIO && membership.group() instanceof Inet6Address && LINUX) {
      throw new ConfigurationException(
          "join",
          membership,
          "over IPv6 the nio transport would hear groups that other programs have joined; take epoll or io_uring");
    }
  }

  /**
   * Joins a group. What is joined already stays so.
   *
   * @return completed on the event loop, with what was joined, on which interface; or with {@link JoinFailedException}
   */
  public CompletableFuture<Membership> join(Membership wanted) {
    return onLoop("join", wanted, placed -> {
      if (joined.contains(placed)) {
        return channel.newSucceededFuture();
      }
      return channel
          .joinGroup(
              placed.group(),
              placed.networkInterface().orElseThrow(),
              placed.source().orElse(null))
          .addListener(future -> {
            if (future.isSuccess()) {
              joined.add(placed);
            }
          });
    });
  }

  /**
   * Leaves a group that was joined. What is not joined stays so.
   *
   * @return completed on the event loop, or with {@link JoinFailedException}
   */
  public CompletableFuture<Membership> leave(Membership wanted) {
    return onLoop("leave", wanted, placed -> {
      if (!joined.contains(placed)) {
        return channel.newSucceededFuture();
      }
      return channel
          .leaveGroup(
              placed.group(),
              placed.networkInterface().orElseThrow(),
              placed.source().orElse(null))
          .addListener(future -> {
            if (future.isSuccess()) {
              joined.remove(placed);
            }
          });
    });
  }

  /**
   * The groups that are joined now.
   *
   * @return completed on the event loop
   */
  public CompletableFuture<Set<Membership>> joined() {
    CompletableFuture<Set<Membership>> all = new CompletableFuture<>();
    try {
      channel
          .eventLoop()
          .execute(() -> all.complete(channel.isActive() ? Set.copyOf(joined) : Set.of()));
    } catch (RejectedExecutionException e) {
      all.complete(Set.of());
    }
    return all;
  }

  private interface Step {
    ChannelFuture take(Membership placed);
  }

  private CompletableFuture<Membership> onLoop(String what, Membership wanted, Step step) {
    CompletableFuture<Membership> done = new CompletableFuture<>();
    try {
      Membership placed = wanted.placed(boundTo());
      channel.eventLoop().execute(() -> take(what, placed, step, done));
    } catch (SocketException | RejectedExecutionException e) {
      done.completeExceptionally(new JoinFailedException(what, wanted, e));
    }
    return done;
  }

  /** Native code tells of errors by an unchecked exception instead of the future. */
  private static void take(
      String what, Membership placed, Step step, CompletableFuture<Membership> done) {
    try {
      step.take(placed).addListener(future -> {
        if (future.isSuccess()) {
          done.complete(placed);
        } else {
          done.completeExceptionally(new JoinFailedException(what, placed, future.cause()));
        }
      });
    } catch (RuntimeException e) {
      done.completeExceptionally(new JoinFailedException(what, placed, e));
    }
  }

  private InetAddress boundTo() throws SocketException {
    InetSocketAddress bound = channel.localAddress();
    if (bound == null) {
      throw new SocketException("the socket is closed");
    }
    return bound.getAddress();
  }
}
