package io.pipewright.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * TLS for the connections that a client opens. Immutable, thread-safe; one serves any number of clients. Its files are read
 * once, when it is built.
 *
 * <pre>{@code
 * ClientTls tls = ClientTls.builder().trust(Path.of("ca.pem")).build();
 * TcpClient client = TcpClient.builder().host("a.example").port(443).tls(tls).pipeline(pipeline).build();
 * }</pre>
 */
public final class ClientTls {

  private final SslContext context;
  private final TlsProvider provider;
  private final List<String> protocols;
  private final Duration handshakeTimeout;
  private final boolean trustsAnybody;
  private final boolean verifiesHostName;
  private final Optional<String> serverName;

  ClientTls(
      SslContext context,
      TlsProvider provider,
      List<String> protocols,
      Duration handshakeTimeout,
      boolean trustsAnybody,
      boolean verifiesHostName,
      Optional<String> serverName) {
    this.context = context;
    this.provider = provider;
    this.protocols = protocols;
    this.handshakeTimeout = handshakeTimeout;
    this.trustsAnybody = trustsAnybody;
    this.verifiesHostName = verifiesHostName;
    this.serverName = serverName;
  }

  /** A builder with every default: the JDK's trust store, names verified. */
  public static ClientTlsBuilder builder() {
    return new ClientTlsBuilder();
  }

  /**
   * The handler for one connection; it puts Netty's {@code SslHandler} before itself. How the handshake went is told by {@link
   * TlsFacts#handshake}, and by Netty's own event.
   *
   * @param host whom the client means: a name, which is sent (SNI) and verified, or an address, which is verified
   * @param port the server's
   */
  public ChannelHandler newHandler(String host, int port) {
    String name = serverName.orElseGet(() -> named(host));
    return TlsHandler.client(allocator -> newEngine(allocator, name, port));
  }

  /** As certificates have it: without the dot of a complete name, the brackets or the zone of an IPv6 address. */
  private static String named(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    int zone = bare.indexOf('%');
    return CertificateNames.normal(zone < 0 ? bare : bare.substring(0, zone));
  }

  private SslHandler newEngine(ByteBufAllocator allocator, String name, int port) {
    SslHandler handler = context.newHandler(allocator, name, port);
    handler.setHandshakeTimeout(handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
    return handler;
  }

  /** Whose implementation does the work: never AUTO. */
  public TlsProvider provider() {
    return provider;
  }

  /** Versions and provider, and whom it trusts. */
  @Override
  public String toString() {
    String trust = trustsAnybody
        ? "the server is NOT verified"
        : verifiesHostName ? "the server is verified" : "the server's name is NOT verified";
    return TlsProtocols.title(protocols) + " by " + provider.title() + ", " + trust;
  }
}
