package io.pipewright.log;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** How an address is written for people: {@code 127.0.0.1:5000}, {@code [::1]:5000}, {@code unix:/run/echo.sock}. */
public final class Addresses {

  private Addresses() {}

  /**
   * The numeric address and the port; no name is looked up.
   *
   * @param address an address, or {@code null}, which is what a channel has to say of a peer that
   *     was gone before it was asked for
   * @return one word, or "a peer that has gone"
   */
  public static String text(SocketAddress address) {
    if (address == null) {
      return "a peer that has gone";
    }
    if (address instanceof InetSocketAddress inet) {
      return NetUtil.toSocketAddressString(inet);
    }
    String path = unixPath(address);
    if (path == null) {
      return address.toString();
    }
    return path.isEmpty() ? "a unix peer" : "unix:" + path; // one that connects has mostly no name
  }

  /** The file of a Unix domain socket, in either of the two ways that Netty tells it; {@code null} for other addresses. */
  private static String unixPath(SocketAddress address) {
    if (address instanceof DomainSocketAddress epoll) {
      return epoll.path();
    }
    return address instanceof UnixDomainSocketAddress nio ? nio.getPath().toString() : null;
  }
}
