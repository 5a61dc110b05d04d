package io.pipewright.log;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** How an address is written for people: {@code 127.0.0.1:5000}, {@code [::1]:5000}. */
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
    return address instanceof InetSocketAddress inet
        ? NetUtil.toSocketAddressString(inet)
        : address.toString();
  }
}
