package io.pipewright.launch;

import io.netty.util.NetUtil;
import io.pipewright.RunningServer;
import io.pipewright.log.Addresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.stream.Collectors;

/**
 * The one line that a server prints: {@code tcp-echo listening on 127.0.0.1:21567 (nio, 2 event
 * loops)}.
 *
 * @param program the name a user types
 * @param host what the user asked to listen on; empty if that is not known
 */
record ReadyLine(String program, String host) {

  String of(RunningServer server) {
    int loops = server.eventLoops();
    return "%s listening on %s (%s, %d event %s)"
        .formatted(
            program,
            server.localAddresses().stream().map(this::format).collect(Collectors.joining(", ")),
            server.transport(),
            loops,
            loops == 1 ? "loop" : "loops");
  }

  private String format(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || inet.isUnresolved()) {
      return Addresses.text(address);
    }
    InetAddress shown =
        inet.getAddress().isAnyLocalAddress() ? asAskedFor(inet.getAddress()) : inet.getAddress();
    return format(shown) + ":" + inet.getPort();
  }

  /** A socket that listens on every address says {@code ::}, whichever wildcard it was given. */
  private InetAddress asAskedFor(InetAddress bound) {
    try {
      InetAddress asked = InetAddress.getByName(host);
      return asked.isAnyLocalAddress() ? asked : bound;
    } catch (UnknownHostException e) {
      return bound;
    }
  }

  private static String format(InetAddress address) {
    String text = NetUtil.toAddressString(address);
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }
}
