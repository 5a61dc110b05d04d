package io.pipewright.udp.multicast;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.pipewright.ConfigurationException;
import io.pipewright.transport.Transport;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How datagrams go to groups: how far, over which interface, and whether this machine hears them itself. What is not set is the
 * system's: one hop, the interface of the route, and yes. Immutable.
 */
public final class MulticastSending {

  /** Nothing is set. */
  public static final MulticastSending DEFAULTS = new MulticastSending(null, null, null);

  private static final int MOST_HOPS = 255;
  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;
  private static final int MREQN_BYTES = 12;
  private static final int MREQN_INDEX_AT = 8;

  // Linux, ip(7) and ipv6(7)
  private static final RawUnixChannelOption IP_MULTICAST_IF =
      new RawUnixChannelOption("IP_MULTICAST_IF", IPPROTO_IP, 32, MREQN_BYTES);
  private static final IntegerUnixChannelOption IP_MULTICAST_TTL =
      new IntegerUnixChannelOption("IP_MULTICAST_TTL", IPPROTO_IP, 33);
  private static final IntegerUnixChannelOption IP_MULTICAST_LOOP =
      new IntegerUnixChannelOption("IP_MULTICAST_LOOP", IPPROTO_IP, 34);
  private static final IntegerUnixChannelOption IPV6_MULTICAST_IF =
      new IntegerUnixChannelOption("IPV6_MULTICAST_IF", IPPROTO_IPV6, 17);
  private static final IntegerUnixChannelOption IPV6_MULTICAST_HOPS =
      new IntegerUnixChannelOption("IPV6_MULTICAST_HOPS", IPPROTO_IPV6, 18);
  private static final IntegerUnixChannelOption IPV6_MULTICAST_LOOP =
      new IntegerUnixChannelOption("IPV6_MULTICAST_LOOP", IPPROTO_IPV6, 19);

  private final Integer hops;
  private final Boolean loopback;
  private final NetworkInterface networkInterface;

  private MulticastSending(Integer hops, Boolean loopback, NetworkInterface networkInterface) {
    this.hops = hops;
    this.loopback = loopback;
    this.networkInterface = networkInterface;
  }

  /**
   * Over so many routers less one at most: {@code IP_MULTICAST_TTL}, {@code IPV6_MULTICAST_HOPS}.
   *
   * @param hops 0 stays on this machine, 1 on this network, to 255
   * @throws ConfigurationException if out of range
   */
  public MulticastSending hops(int hops) {
    if (hops < 0 || hops > MOST_HOPS) {
      throw new ConfigurationException(
          "hops", hops, "must be 0 (this machine) to 255, not " + hops);
    }
    return new MulticastSending(hops, loopback, networkInterface);
  }

  /** Whether sockets of this machine, the sending one too, hear what is sent, if they have joined the group. */
  public MulticastSending loopback(boolean loopback) {
    return new MulticastSending(hops, loopback, networkInterface);
  }

  /** Over this interface. */
  public MulticastSending over(NetworkInterface networkInterface) {
    return new MulticastSending(hops, loopback, networkInterface);
  }

  /**
   * Over the interface of this name.
   *
   * @throws ConfigurationException if there is none
   */
  public MulticastSending over(String networkInterface) {
    return over(Interfaces.named(networkInterface));
  }

  private boolean isSet() {
    return hops != null || loopback != null || networkInterface != null;
  }

  /**
   * Refuses what the transport cannot set.
   *
   * @throws ConfigurationException that says which can
   */
  public void check(Transport transport) {
    if (isSet() && transport == Transport.KQUEUE) {
      throw new ConfigurationException(
          "multicast", "kqueue", "the kqueue transport does no multicast; take nio");
    }
  }

  /**
   * Sets it on a channel that {@link #check} has passed.
   *
   * @param systemsFamily whether the socket is of the family that the system prefers, rather than of IPv4; mostly that is IPv6,
   *     which speaks IPv4 too
   * @throws io.netty.channel.ChannelException if the kernel refuses
   */
  public void applyTo(Channel channel, boolean systemsFamily, Transport transport) {
    if (transport == Transport.NIO) {
      set(channel, NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL), hops);
      set(channel, NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP), loopback);
      set(channel, NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_IF), networkInterface);
    } else if (isSet()) {
      applyByNumber(channel, systemsFamily && Socket.isIPv6Preferred());
    }
  }

  private void applyByNumber(Channel channel, boolean ipv6) {
    Integer loop = loopback == null ? null : Integer.valueOf(loopback ? 1 : 0);
    set(channel, IP_MULTICAST_TTL, hops);
    set(channel, IP_MULTICAST_LOOP, loop);
    set(channel, IP_MULTICAST_IF, networkInterface == null ? null : mreqn());
    if (ipv6) {
      set(channel, IPV6_MULTICAST_HOPS, hops);
      set(channel, IPV6_MULTICAST_LOOP, loop);
      set(
          channel,
          IPV6_MULTICAST_IF,
          networkInterface == null ? null : Integer.valueOf(networkInterface.getIndex()));
    }
  }

  /** A {@code struct ip_mreqn} of Linux that names the interface by its number. */
  private ByteBuffer mreqn() {
    return ByteBuffer.allocateDirect(MREQN_BYTES)
        .order(ByteOrder.nativeOrder())
        .putInt(MREQN_INDEX_AT, networkInterface.getIndex());
  }

  private static <T> void set(Channel channel, ChannelOption<T> option, T value) {
    if (value != null) {
      channel.config().setOption(option, value);
    }
  }
}
