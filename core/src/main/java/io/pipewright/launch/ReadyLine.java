package io.pipewright.launch;

import io.netty.util.NetUtil;
import io.pipewright.RunningServer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The one line that a server prints: {@code tcp-echo listening on 127.0.0.1:21567 (nio, 2 event
 * loops)}. An address that stands for every address of the machine is shown as such.
 */
final class ReadyLine {

  private ReadyLine() {}

  static String of(String program, RunningServer server) {
    int loops = server.eventLoops();
    return "%s listening on %s (%s, %d event %s)"
        .formatted(
            program,
            format(server.localAddress()),
            server.transport(),
            loops,
            loops == 1 ? "loop" : "loops");
  }

  private static String format(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || inet.isUnresolved()) {
      return address.toString();
    }
    return format(inet.getAddress()) + ":" + inet.getPort();
  }

  private static String format(InetAddress address) {
    String text = NetUtil.toAddressString(address);
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }
}
