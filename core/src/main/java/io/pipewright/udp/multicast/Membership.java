package io.pipewright.udp.multicast;

import io.netty.util.NetUtil;
import io.pipewright.ConfigurationException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Objects;
import java.util.Optional;

/**
 * A group that a socket hears: on one interface, from anybody or from one source (source-specific multicast, RFC 4607). A value.
 *
 * <pre>{@code
 * Membership.of("239.1.2.3").on("eth0")
 * Membership.of("ff02::1234").on("eth0")
 * Membership.of("232.1.2.3").from("192.0.2.7")
 * }</pre>
 */
public final class Membership {

  private final InetAddress group;
  private final NetworkInterface networkInterface;
  private final InetAddress source;

  private Membership(InetAddress group, NetworkInterface networkInterface, InetAddress source) {
    this.group = group;
    this.networkInterface = networkInterface;
    this.source = source;
  }

  /**
   * A group, heard from anybody.
   *
   * @param group a numeric address: 224.0.0.0 to 239.255.255.255, or one that begins with {@code ff}
   * @return its interface is chosen when it is joined: that of the address that the socket is bound to, else the first one that is
   *     up and does multicast in the group's family, else loopback
   * @throws ConfigurationException if it is no group
   */
  public static Membership of(String group) {
    return of(address("group", group));
  }

  /**
   * As above.
   *
   * @throws ConfigurationException if it is no group
   */
  public static Membership of(InetAddress group) {
    if (!group.isMulticastAddress()) {
      throw new ConfigurationException(
          "group",
          NetUtil.toAddressString(group),
          "must be a multicast address (224.0.0.0/4 or ff00::/8), not "
              + NetUtil.toAddressString(group));
    }
    return new Membership(group, null, null);
  }

  /** The same group on this interface. */
  public Membership on(NetworkInterface networkInterface) {
    return new Membership(
        group, Objects.requireNonNull(networkInterface, "networkInterface"), source);
  }

  /**
   * The same group on the interface of this name.
   *
   * @param networkInterface such as {@code eth0}
   * @throws ConfigurationException if there is none
   */
  public Membership on(String networkInterface) {
    return on(Interfaces.named(networkInterface));
  }

  /**
   * The same group on an interface of this machine: the first one that is up and does multicast in the group's family, else loopback.
   *
   * @throws ConfigurationException if there is none
   */
  public Membership onSomeInterface() {
    try {
      return on(Interfaces.firstFor(group));
    } catch (SocketException e) {
      throw new ConfigurationException("interface", null, e.getMessage());
    }
  }

  /**
   * The same group, heard from this source alone. To hear several, join once for each.
   *
   * @param source a numeric address of the group's family, of one host
   * @throws ConfigurationException if it is not
   */
  public Membership from(String source) {
    return from(address("source", source));
  }

  /**
   * As above.
   *
   * @throws ConfigurationException if it is no address of one host, or of another family than the group
   */
  public Membership from(InetAddress source) {
    String text = NetUtil.toAddressString(source);
    if (source.isMulticastAddress() || source.isAnyLocalAddress()) {
      throw new ConfigurationException(
          "source", text, "must be the address of one host, not " + text);
    }
    if (source.getClass() != group.getClass()) {
      throw new ConfigurationException(
          "source",
          text,
          "must be of the family of the group %s, not %s"
              .formatted(NetUtil.toAddressString(group), text));
    }
    return new Membership(group, networkInterface, source);
  }

  private static InetAddress address(String field, String text) {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
    if (address == null) {
      throw new ConfigurationException(
          field, text, "must be a numeric address, not '%s'".formatted(text));
    }
    return address;
  }

  /** The group's address. */
  public InetAddress group() {
    return group;
  }

  /** On which interface; empty as long as none is chosen. */
  public Optional<NetworkInterface> networkInterface() {
    return Optional.ofNullable(networkInterface);
  }

  /** From whom alone; empty for anybody. */
  public Optional<InetAddress> source() {
    return Optional.ofNullable(source);
  }

  /** The same, on an interface for certain. */
  Membership placed(InetAddress boundTo) throws SocketException {
    return networkInterface == null ? on(Interfaces.forGroup(group, boundTo)) : this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Membership that
        && group.equals(that.group)
        && Objects.equals(networkInterface, that.networkInterface)
        && Objects.equals(source, that.source);
  }

  @Override
  public int hashCode() {
    return Objects.hash(group, networkInterface, source);
  }

  /** {@code 239.1.2.3 on eth0 from 192.0.2.7}. */
  @Override
  public String toString() {
    return NetUtil.toAddressString(group)
        + (networkInterface == null ? "" : " on " + networkInterface.getName())
        + (source == null ? "" : " from " + NetUtil.toAddressString(source));
  }
}
