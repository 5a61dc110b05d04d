package io.pipewright.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What the two ends of a connection have agreed on.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher the cipher suite, by its name in the JDK
 * @param applicationProtocol what ALPN chose, if both ends named something in common
 * @param serverName the name that the client asked for (SNI), in lower case
 * @param peerCertificates the peer's certificate and those that it sent to vouch for it; empty if it sent none
 */
public record TlsFacts(
    String protocol,
    String cipher,
    Optional<String> applicationProtocol,
    Optional<String> serverName,
    List<X509Certificate> peerCertificates) {

  /** Copies the list. */
  public TlsFacts {
    peerCertificates = List.copyOf(peerCertificates);
  }

  /**
   * The facts of a connection; thread-safe, and true after it was closed, too.
   *
   * @param channel a connection
   * @return empty without TLS, and before the handshake is done
   */
  public static Optional<TlsFacts> of(Channel channel) {
    return TlsHandler.of(channel).flatMap(TlsHandler::facts);
  }

  /**
   * Waits for a connection's handshake, without blocking.
   *
   * @param channel a connection
   * @return the channel, on its event loop, at once if it has no TLS; failed with a {@link TlsHandshakeException}
   */
  public static CompletableFuture<Channel> handshake(Channel channel) {
    return TlsHandler.of(channel)
        .map(TlsHandler::handshake)
        .orElseGet(() -> CompletableFuture.completedFuture(channel));
  }

  /**
   * Whether the peer's end of sending was told by TLS itself. A connection that ends by FIN alone may have been cut off by
   * somebody in between: a protocol that does not say how long its messages are must not take what came for the whole.
   *
   * @param channel a connection whose peer has finished sending ({@code ChannelInputShutdownEvent})
   * @return false if the peer's {@code close_notify} is missing; true without TLS, where nothing better can be had
   */
  public static boolean endedInOrder(Channel channel) {
    return TlsHandler.of(channel).map(TlsHandler::endedInOrder).orElse(true);
  }

  /**
   * Whether the peer has said by {@code close_notify} that it has finished sending. The socket's own input may be open still.
   *
   * @param channel a connection
   * @return false without TLS
   */
  public static boolean peerHasFinished(Channel channel) {
    return TlsHandler.of(channel).map(TlsHandler::peerHasFinished).orElse(false);
  }

  static TlsFacts of(SslHandler tls) {
    SSLSession session = tls.engine().getSession();
    Optional<String> serverName = session instanceof ExtendedSSLSession extended
        ? SniKeyManager.hostName(extended.getRequestedServerNames())
        : Optional.empty();
    return new TlsFacts(
        session.getProtocol(),
        session.getCipherSuite(),
        Optional.ofNullable(tls.applicationProtocol()).filter(name -> !name.isEmpty()),
        serverName,
        peerCertificates(session));
  }

  private static List<X509Certificate> peerCertificates(SSLSession session) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
      return chain;
    } catch (SSLPeerUnverifiedException e) {
      return List.of(); // it sent none
    }
  }
}
