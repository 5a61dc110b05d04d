package io.pipewright.udp.multicast;

import io.netty.util.NetUtil;
import io.pipewright.ConfigurationException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The network interfaces of this machine, as far as multicast needs to know them. */
public final class Interfaces {

  private Interfaces() {}

  /**
   * The interface of a name.
   *
   * @throws ConfigurationException if there is none; it says which there are
   */
  public static NetworkInterface named(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        throw new ConfigurationException(
            "interface",
            name,
            "there is no interface '%s'; this machine has %s"
                .formatted(name, String.join(", ", names())));
      }
      return found;
    } catch (SocketException e) {
      throw new ConfigurationException(
          "interface", name, "the interfaces of this machine cannot be listed: " + e.getMessage());
    }
  }

  private static List<String> names() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .map(NetworkInterface::getName)
        .sorted()
        .toList();
  }

  /**
   * Interfaces on which a group can be joined: they are up and have an address of its family. Those that do multicast come first, in
   * the order of their numbers; loopback is the last.
   *
   * @param group tells the family
   * @throws SocketException if they cannot be listed
   */
  public static List<NetworkInterface> usableFor(InetAddress group) throws SocketException {
    List<NetworkInterface> usable = new ArrayList<>();
    for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
      boolean speaksIt =
          one.inetAddresses().anyMatch(address -> address.getClass() == group.getClass());
      if (one.isUp() && speaksIt && (one.supportsMulticast() || one.isLoopback())) {
        usable.add(one);
      }
    }
    usable.sort(
        Comparator.comparing(Interfaces::isLoopback).thenComparing(NetworkInterface::getIndex));
    return usable;
  }

  private static boolean isLoopback(NetworkInterface one) {
    try {
      return one.isLoopback();
    } catch (SocketException e) {
      return true; // gone meanwhile: the last to be tried
    }
  }

  /** Where a group is joined if nobody said. */
  static NetworkInterface forGroup(InetAddress group, InetAddress boundTo) throws SocketException {
    NetworkInterface own = boundTo.isAnyLocalAddress() || boundTo.isMulticastAddress()
        ? null
        : NetworkInterface.getByInetAddress(boundTo);
    return own == null ? firstFor(group) : own;
  }

  static NetworkInterface firstFor(InetAddress group) throws SocketException {
    return usableFor(group).stream()
        .findFirst()
        .orElseThrow(() -> new SocketException(
            "no interface is up that could hear " + NetUtil.toAddressString(group)));
  }
}
