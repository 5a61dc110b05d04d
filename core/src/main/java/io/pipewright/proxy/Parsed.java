package io.pipewright.proxy;

import io.pipewright.proxy.ProxyHeader.Origin;
import java.net.SocketAddress;
import java.util.List;

/**
 * What a header says by itself.
 *
 * @param source {@code null} unless it names a client
 * @param destination {@code null} unless it names a client
 */
record Parsed(
    int version,
    Origin origin,
    SocketAddress source,
    SocketAddress destination,
    List<ProxyTlv> tlvs) {

  static Parsed without(int version, Origin origin) {
    return new Parsed(version, origin, null, null, List.of());
  }

  /** The header of a connection whose socket says where its two ends are. */
  ProxyHeader on(SocketAddress proxy, SocketAddress local) {
    boolean named = origin == Origin.CLIENT;
    ProxyTls tls =
        Tlvs.first(tlvs, ProxyTlv.SSL).map(tlv -> ProxyTls.parse(tlv.bytes())).orElse(null);
    return new ProxyHeader(
        version, origin, proxy, named ? source : proxy, named ? destination : local, tlvs, tls);
  }
}
