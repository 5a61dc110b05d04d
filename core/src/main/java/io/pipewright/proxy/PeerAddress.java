package io.pipewright.proxy;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.pipewright.ConfigurationException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Makes a channel say another remote address than its socket's, to every handler there is. Netty has no door for that:
 * {@code AbstractChannel} keeps the address in a private field once it was asked for, and that field is written here.
 */
final class PeerAddress {

  private static final VarHandle REMOTE_ADDRESS = field("remoteAddress", SocketAddress.class);
  private static final VarHandle TEXT = field("strVal", String.class);

  private PeerAddress() {}

  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(AbstractChannel.class, MethodHandles.lookup())
          .findVarHandle(AbstractChannel.class, name, type);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // build() says so, before a socket is opened
    }
  }

  /**
   * Checks that it can be done in this process.
   *
   * @throws ConfigurationException if it cannot
   */
  static void requireReplaceable() {
    if (REMOTE_ADDRESS == null) {
      throw new ConfigurationException(
          "proxyProtocol",
          null,
          "this Netty or JVM lets nobody replace a channel's remote address; with Netty as a named module, start Java"
              + " with --add-opens io.netty.transport/io.netty.channel=io.pipewright");
    }
  }

  /**
   * Replaces the address, from any handler's view. A channel of a Unix-domain socket keeps its own: its type promises one of
   * that kind, and so does an IP channel's.
   */
  static void replace(Channel channel, SocketAddress address) {
    boolean sameKind = channel.remoteAddress() instanceof InetSocketAddress
        && address instanceof InetSocketAddress;
    if (channel instanceof AbstractChannel && sameKind) {
      REMOTE_ADDRESS.setVolatile(channel, address);
      if (TEXT != null) {
        TEXT.set(channel, null); // what toString() has kept names the old one
      }
    }
  }
}
