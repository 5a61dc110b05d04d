package io.pipewright.udp.option;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.pipewright.ConfigurationException;
import io.pipewright.transport.Transport;
import java.util.OptionalInt;

/**
 * What the IP headers of sent datagrams say: how far they go, what service they ask for, and whether they may be fragmented.
 * Immutable.
 *
 * <p>On io_uring and epoll all of it can be set, for IPv4 and IPv6 (Linux, ip(7) and ipv6(7)). NIO and kqueue can set the traffic
 * class only; the rest is refused there and never passed over.
 */
public final class IpOptions {

  /** Nothing is set: the system's defaults. */
  public static final IpOptions DEFAULTS =
      new IpOptions(OptionalInt.empty(), OptionalInt.empty(), false);

  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;

  /** Linux: send with DF set, do not fragment here, and refuse with EMSGSIZE what is longer than the path takes. */
  private static final int PMTUDISC_DO = 2;

  private static final int MOST = 255;

  private static final IntegerUnixChannelOption IP_TTL =
      new IntegerUnixChannelOption("IP_TTL", IPPROTO_IP, 2);
  private static final IntegerUnixChannelOption IPV6_UNICAST_HOPS =
      new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", IPPROTO_IPV6, 16);
  private static final IntegerUnixChannelOption IP_TOS =
      new IntegerUnixChannelOption("IP_TOS", IPPROTO_IP, 1);
  private static final IntegerUnixChannelOption IPV6_TCLASS =
      new IntegerUnixChannelOption("IPV6_TCLASS", IPPROTO_IPV6, 67);
  private static final IntegerUnixChannelOption IP_MTU_DISCOVER =
      new IntegerUnixChannelOption("IP_MTU_DISCOVER", IPPROTO_IP, 10);
  private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER =
      new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", IPPROTO_IPV6, 23);

  private final OptionalInt hops;
  private final OptionalInt trafficClass;
  private final boolean unfragmented;

  private IpOptions(OptionalInt hops, OptionalInt trafficClass, boolean unfragmented) {
    this.hops = hops;
    this.trafficClass = trafficClass;
    this.unfragmented = unfragmented;
  }

  /**
   * Time to live (IPv4, RFC 791) and hop limit (IPv6, RFC 8200) of datagrams to one host.
   *
   * @param hops 1 to 255
   * @throws ConfigurationException if out of range
   */
  public IpOptions withTimeToLive(int hops) {
    checkRange("timeToLive", hops, 1);
    return new IpOptions(OptionalInt.of(hops), trafficClass, unfragmented);
  }

  /**
   * Type of service (IPv4) and traffic class (IPv6): six bits of DSCP and two of ECN (RFC 2474, RFC 3168).
   *
   * @param bits 0 to 255
   * @throws ConfigurationException if out of range
   */
  public IpOptions withTrafficClass(int bits) {
    checkRange("trafficClass", bits, 0);
    return new IpOptions(hops, OptionalInt.of(bits), unfragmented);
  }

  /**
   * Whether datagrams go out whole or not at all.
   *
   * @param unfragmented on or off
   */
  public IpOptions withDontFragment(boolean unfragmented) {
    return new IpOptions(hops, trafficClass, unfragmented);
  }

  /** Whether datagrams go out whole or not at all. */
  public boolean dontFragment() {
    return unfragmented;
  }

  private static void checkRange(String field, int value, int least) {
    if (value < least || value > MOST) {
      throw new ConfigurationException(
          field, value, "must be %d to %d, not %d".formatted(least, MOST, value));
    }
  }

  /**
   * Refuses what the transport cannot set.
   *
   * @throws ConfigurationException that names the setting and the transports that can
   */
  public void check(Transport transport) {
    if (transport == Transport.EPOLL || transport == Transport.IO_URING) {
      return;
    }
    if (hops.isPresent()) {
      throw cannot("timeToLive", hops.getAsInt(), transport);
    }
    if (unfragmented) {
      throw cannot("dontFragment", true, transport);
    }
  }

  private static ConfigurationException cannot(String field, Object value, Transport transport) {
    return new ConfigurationException(
        field,
        value,
        "the %s transport cannot set it; epoll and io_uring can".formatted(transport));
  }

  /**
   * Sets them on a channel that {@link #check} has passed.
   *
   * @param systemsFamily whether the socket is of the family that the system prefers, rather than of IPv4; mostly that is IPv6,
   *     which speaks IPv4 too
   * @throws io.netty.channel.ChannelException if the kernel refuses
   */
  public void applyTo(Channel channel, boolean systemsFamily, Transport transport) {
    if (transport != Transport.EPOLL && transport != Transport.IO_URING) {
      trafficClass.ifPresent(bits -> channel.config().setOption(ChannelOption.IP_TOS, bits));
      return;
    }
    boolean ipv6 = systemsFamily && Socket.isIPv6Preferred();
    hops.ifPresent(value -> set(channel, IP_TTL, IPV6_UNICAST_HOPS, value, ipv6));
    trafficClass.ifPresent(bits -> set(channel, IP_TOS, IPV6_TCLASS, bits, ipv6));
    if (unfragmented) {
      set(channel, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_DO, ipv6);
    }
  }

  private static void set(
      Channel channel,
      ChannelOption<Integer> inIpv4,
      ChannelOption<Integer> inIpv6,
      int value,
      boolean ipv6) {
    channel.config().setOption(inIpv4, value);
    if (ipv6) {
      channel.config().setOption(inIpv6, value);
    }
  }
}
