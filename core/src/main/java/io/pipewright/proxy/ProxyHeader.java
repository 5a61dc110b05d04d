package io.pipewright.proxy;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a trusted proxy said of a connection. Handlers find it by {@link #of} from {@code channelActive} on.
 *
 * @param version 1 or 2
 * @param origin whose connection it is
 * @param proxy the address of who sent the header: what the socket itself says
 * @param source the client's address; the proxy's own where the header names no client
 * @param destination where the client wanted to go; the socket's own address where the header does not say
 * @param tlvs the elements of a version 2 header, in their order; empty where the header names no client
 * @param tls what the proxy says of the client's TLS, or {@code null}
 */
public record ProxyHeader(
    int version,
    Origin origin,
    SocketAddress proxy,
    SocketAddress source,
    SocketAddress destination,
    List<ProxyTlv> tlvs,
    ProxyTls tls) {

  /** Whose connection it is. */
  public enum Origin {
    /** A client's, whose address is known. */
    CLIENT,
    /** A client's, whose address the proxy cannot say: {@code UNKNOWN}, {@code AF_UNSPEC}. */
    UNKNOWN,
    /** The proxy's own, such as a health check: {@code LOCAL}. */
    LOCAL
  }

  private static final AttributeKey<ProxyHeader> KEY =
      AttributeKey.valueOf(ProxyHeader.class, "header");

  /** Copies the list. */
  public ProxyHeader {
    tlvs = List.copyOf(tlvs);
  }

  /** The header that came in front of a connection; empty if none came, or none has come yet. */
  public static Optional<ProxyHeader> of(Channel channel) {
    return channel.hasAttr(KEY) ? Optional.ofNullable(channel.attr(KEY).get()) : Optional.empty();
  }

  /**
   * The IP address that rules on clients apply to: that of the client if a header names one, else that of the peer. Empty where
   * there is none, as for a peer of a Unix-domain socket, and where the proxy speaks for itself.
   *
   * @param channel an active connection
   */
  public static Optional<InetAddress> clientAddress(Channel channel) {
    ProxyHeader header = of(channel).orElse(null);
    if (header != null && header.origin == Origin.LOCAL) {
      return Optional.empty();
    }
    SocketAddress client = header == null ? channel.remoteAddress() : header.source;
    return client instanceof InetSocketAddress inet
        ? Optional.ofNullable(inet.getAddress())
        : Optional.empty();
  }

  void attachTo(Channel channel) {
    channel.attr(KEY).set(this);
  }

  /** The name that the client asked for, such as TLS's SNI. A stranger's text: escape it before logging it. */
  public Optional<String> authority() {
    return Tlvs.first(tlvs, ProxyTlv.AUTHORITY).map(ProxyTlv::text);
  }

  /** The protocol that the client and the proxy agreed on (ALPN). A stranger's text: escape it before logging it. */
  public Optional<String> alpn() {
    return Tlvs.first(tlvs, ProxyTlv.ALPN).map(ProxyTlv::text);
  }

  /** What the proxy calls this connection: a copy of its bytes. */
  public Optional<byte[]> uniqueId() {
    return Tlvs.first(tlvs, ProxyTlv.UNIQUE_ID).map(ProxyTlv::value);
  }

  /** What the proxy says of the client's TLS; empty if it says nothing. */
  public Optional<ProxyTls> clientTls() {
    return Optional.ofNullable(tls);
  }
}
