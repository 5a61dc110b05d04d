package io.pipewright.tls;

import io.pipewright.ConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Settings of a {@link ServerTls}; all defaults stand here. Not thread-safe; may be used to build several. */
public final class ServerTlsBuilder {

  private final List<IdentitySource> sources = new ArrayList<>();
  private Path trust;
  private ClientAuth clientAuth = ClientAuth.NONE;
  private List<String> protocols = TlsProtocols.DEFAULT;
  private List<String> alpn = List.of();
  private Duration handshakeTimeout = Duration.ofSeconds(10);
  private Duration reloadEvery = Duration.ofSeconds(10);
  private TlsProvider provider = TlsProvider.AUTO;

  ServerTlsBuilder() {}

  /**
   * Adds a certificate. With several, the name that a client asks for chooses (SNI), by the names in the certificates, a
   * wildcard standing for one label; the first is for everybody else. Two for the same names may have keys of different types.
   *
   * @param chainPem the certificate and those between it and its root, in that order
   * @param keyPem its key: PKCS#8, PKCS#1 or RFC 5915, not encrypted
   * @return this
   */
  public ServerTlsBuilder certificate(Path chainPem, Path keyPem) {
    return certificate(chainPem, keyPem, null);
  }

  /**
   * As {@link #certificate(Path, Path)}, with a key that is encrypted (PKCS#8).
   *
   * @param chainPem the certificate and those between it and its root, in that order
   * @param keyPem its key
   * @param password of the key; copied, and kept to reload; {@code null} for none
   * @return this
   */
  public ServerTlsBuilder certificate(Path chainPem, Path keyPem, char[] password) {
    sources.add(IdentitySource.pem(
        Objects.requireNonNull(chainPem, "chainPem"),
        Objects.requireNonNull(keyPem, "keyPem"),
        password));
    return this;
  }

  /**
   * Adds all certificates with keys of a PKCS#12 file.
   *
   * @param file the file
   * @param password of the file and its keys; copied, and kept to reload
   * @return this
   */
  public ServerTlsBuilder pkcs12(Path file, char[] password) {
    sources.add(IdentitySource.pkcs12(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(password, "password")));
    return this;
  }

  /**
   * Who may sign the certificates of clients.
   *
   * @param caPem one certificate or more
   * @return this
   */
  public ServerTlsBuilder trust(Path caPem) {
    this.trust = Objects.requireNonNull(caPem, "caPem");
    return this;
  }

  /**
   * Whether clients are asked for a certificate. Default {@link ClientAuth#NONE}.
   *
   * @param clientAuth needs {@link #trust} unless it is NONE
   * @return this
   */
  public ServerTlsBuilder clientAuth(ClientAuth clientAuth) {
    this.clientAuth = Objects.requireNonNull(clientAuth, "clientAuth");
    return this;
  }

  /**
   * The versions that are spoken. Default both that are safe.
   *
   * @param protocols {@code TLSv1.2}, {@code TLSv1.3}
   * @return this
   * @throws ConfigurationException for none, and for any other
   */
  public ServerTlsBuilder protocols(String... protocols) {
    this.protocols = TlsProtocols.checked(protocols);
    return this;
  }

  /**
   * The application protocols that are offered (ALPN, RFC 7301). Default none. A client that names none of them is served
   * without one.
   *
   * @param names the preferred first
   * @return this
   */
  public ServerTlsBuilder alpn(List<String> names) {
    this.alpn = List.copyOf(names);
    return this;
  }

  /**
   * How long a handshake may take, from the connection's accepting to its end, however its bytes come. Default 10 s.
   *
   * @param handshakeTimeout a millisecond to a day
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ServerTlsBuilder handshakeTimeout(Duration handshakeTimeout) {
    this.handshakeTimeout = checkedTimeout(handshakeTimeout);
    return this;
  }

  static Duration checkedTimeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new ConfigurationException(
          "handshakeTimeout", timeout, "must be 1 ms to a day, not " + timeout);
    }
    return timeout;
  }

  /**
   * How often the files are looked at. Default every 10 s.
   *
   * @param period {@link Duration#ZERO} for never; else 10 ms to a year
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ServerTlsBuilder reloadEvery(Duration period) {
    if (!period.isZero()
        && (period.compareTo(Duration.ofMillis(10)) < 0
            || period.compareTo(Duration.ofDays(365)) > 0)) {
      throw new ConfigurationException(
          "reloadEvery", period, "must be 0 (never) or 10 ms to a year, not " + period);
    }
    this.reloadEvery = period;
    return this;
  }

  /**
   * Whose implementation does the work. Default {@link TlsProvider#AUTO}.
   *
   * @param provider AUTO, or one that must be there
   * @return this
   */
  public ServerTlsBuilder provider(TlsProvider provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
    return this;
  }

  /**
   * Reads the files. Blocks: never call it on an event loop. A certificate that has expired is warned of.
   *
   * @return the TLS, to be closed by the caller
   * @throws ConfigurationException in one sentence: a file is missing or cannot be read, has no certificate or key in it, a
   *     password is wrong, a key is not its certificate's, or the settings do not go together
   */
  public ServerTls build() {
    if (sources.isEmpty()) {
      throw new ConfigurationException(
          "certificate", null, "a server needs one certificate at least");
    }
    if (clientAuth != ClientAuth.NONE && trust == null) {
      throw new ConfigurationException(
          "trust", null, "name who may sign the clients' certificates that are asked for");
    }
    if (clientAuth == ClientAuth.NONE && trust != null) {
      throw new ConfigurationException(
          "clientAuth",
          clientAuth,
          "say whether clients are asked for a certificate: OPTIONAL or REQUIRED");
    }
    ServerMaterial material = new ServerMaterial(
        List.copyOf(sources),
        Optional.ofNullable(trust),
        clientAuth,
        protocols,
        alpn,
        provider.resolved());
    return new ServerTls(material, handshakeTimeout, reloadEvery);
  }
}
