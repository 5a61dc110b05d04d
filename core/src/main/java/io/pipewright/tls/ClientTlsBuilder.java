package io.pipewright.tls;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import io.pipewright.ConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import org.slf4j.LoggerFactory;

/** Settings of a {@link ClientTls}; all defaults stand here. Not thread-safe; may be used to build several. */
public final class ClientTlsBuilder {

  private Path trust;
  private boolean trustAnybody;
  private IdentitySource identity;
  private List<String> protocols = TlsProtocols.DEFAULT;
  private List<String> alpn = List.of();
  private Duration handshakeTimeout = Duration.ofSeconds(10);
  private boolean verifyHostName = true;
  private String serverName;
  private TlsProvider provider = TlsProvider.AUTO;

  ClientTlsBuilder() {}

  /**
   * Who may sign the server's certificate. Default: whom the JDK trusts.
   *
   * @param caPem one certificate or more
   * @return this
   */
  public ClientTlsBuilder trust(Path caPem) {
    this.trust = Objects.requireNonNull(caPem, "caPem");
    return this;
  }

  /**
   * Takes any certificate of any server: whoever sits on the line can read and change everything. For tests, and warned of.
   *
   * @return this
   */
  public ClientTlsBuilder trustAnybody() {
    this.trustAnybody = true;
    return this;
  }

  /**
   * The client's own certificate, for a server that asks for one.
   *
   * @param chainPem the certificate and those between it and its root, in that order
   * @param keyPem its key: PKCS#8, PKCS#1 or RFC 5915, not encrypted
   * @return this
   */
  public ClientTlsBuilder certificate(Path chainPem, Path keyPem) {
    return certificate(chainPem, keyPem, null);
  }

  /**
   * As {@link #certificate(Path, Path)}, with a key that is encrypted (PKCS#8).
   *
   * @param chainPem the certificate and those between it and its root, in that order
   * @param keyPem its key
   * @param password of the key; copied; {@code null} for none
   * @return this
   */
  public ClientTlsBuilder certificate(Path chainPem, Path keyPem, char[] password) {
    this.identity = IdentitySource.pem(
        Objects.requireNonNull(chainPem, "chainPem"),
        Objects.requireNonNull(keyPem, "keyPem"),
        password);
    return this;
  }

  /**
   * The client's own certificate, for a server that asks for one.
   *
   * @param file a PKCS#12 file
   * @param password of the file and its key; copied
   * @return this
   */
  public ClientTlsBuilder pkcs12(Path file, char[] password) {
    this.identity = IdentitySource.pkcs12(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(password, "password"));
    return this;
  }

  /**
   * The versions that are spoken. Default both that are safe.
   *
   * @param protocols {@code TLSv1.2}, {@code TLSv1.3}
   * @return this
   * @throws ConfigurationException for none, and for any other
   */
  public ClientTlsBuilder protocols(String... protocols) {
    this.protocols = TlsProtocols.checked(protocols);
    return this;
  }

  /**
   * The application protocols that are offered (ALPN, RFC 7301). Default none.
   *
   * @param names the preferred first
   * @return this
   */
  public ClientTlsBuilder alpn(List<String> names) {
    this.alpn = List.copyOf(names);
    return this;
  }

  /**
   * How long the handshake may take, from the connection's opening. Default 10 s.
   *
   * @param handshakeTimeout a millisecond to a day
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ClientTlsBuilder handshakeTimeout(Duration handshakeTimeout) {
    this.handshakeTimeout = ServerTlsBuilder.checkedTimeout(handshakeTimeout);
    return this;
  }

  /**
   * Whether the server's certificate must be for the host that was meant. Default true; without, anybody with a certificate
   * from the same signer can stand in for it.
   *
   * @param verifyHostName on or off
   * @return this
   */
  public ClientTlsBuilder verifyHostName(boolean verifyHostName) {
    this.verifyHostName = verifyHostName;
    return this;
  }

  /**
   * The name that is sent (SNI) and verified. Default: the host that is connected to.
   *
   * @param name a name or an address
   * @return this
   * @throws ConfigurationException if empty
   */
  public ClientTlsBuilder serverName(String name) {
    if (name.isBlank()) {
      throw new ConfigurationException("serverName", name, "must be a name or an address");
    }
    this.serverName = CertificateNames.normal(name);
    return this;
  }

  /**
   * Whose implementation does the work. Default {@link TlsProvider#AUTO}.
   *
   * @param provider AUTO, or one that must be there
   * @return this
   */
  public ClientTlsBuilder provider(TlsProvider provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
    return this;
  }

  /**
   * Reads the files. Blocks: never call it on an event loop.
   *
   * @return the TLS; there is nothing to close
   * @throws ConfigurationException in one sentence: what is wrong with which file, or that the settings do not go together
   */
  public ClientTls build() {
    if (trustAnybody && trust != null) {
      throw new ConfigurationException(
          "trust", trust, "whom to trust and to trust anybody do not go together");
    }
    if (trustAnybody) {
      LoggerFactory.getLogger(ClientTls.class)
          .warn("TLS without verification: anybody on the line can read and change everything");
    }
    TlsProvider resolved = provider.resolved();
    try {
      return new ClientTls(
          context(resolved).build(),
          resolved,
          protocols,
          handshakeTimeout,
          trustAnybody,
          verifyHostName && !trustAnybody,
          Optional.ofNullable(serverName));
    } catch (SSLException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "tls", null, resolved.title() + " refuses the settings: " + e.getMessage());
    }
  }

  private SslContextBuilder context(TlsProvider resolved) {
    SslContextBuilder context =
        SslContextBuilder.forClient().sslProvider(resolved.collected()).protocols(protocols);
    context.endpointIdentificationAlgorithm(verifyHostName && !trustAnybody ? "HTTPS" : null);
    if (trustAnybody) {
      context.trustManager(InsecureTrustManagerFactory.INSTANCE);
    } else if (trust != null) {
      context.trustManager(KeyFiles.certificates("trust", trust));
    }
    if (identity != null) {
      context.keyManager(ServerMaterial.keyManagers(identity.read(), resolved));
    }
    if (serverName != null
        && !NetUtil.isValidIpV4Address(serverName)
        && !NetUtil.isValidIpV6Address(serverName)) {
      context.serverName(
          new SNIHostName(serverName)); // engines send no name without a dot by themselves
    }
    if (!alpn.isEmpty()) {
      context.applicationProtocolConfig(ServerMaterial.alpn(alpn));
    }
    return context;
  }
}
