package io.pipewright.tcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where a {@link TcpClient} learns the addresses of a name. The default asks the JDK, and so the operating system. It is
 * called on a thread that may block, never on an event loop.
 */
@FunctionalInterface
public interface HostResolver {

  /** The JDK's own, in the order that the operating system and {@code java.net.preferIPv6Addresses} give. */
  HostResolver JDK = host -> List.of(InetAddress.getAllByName(host));

  /**
   * Looks a name up.
   *
   * @param host a name or a numeric address, as the user gave it
   * @return its addresses, the preferred one first; at least one
   * @throws UnknownHostException if there are none
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
