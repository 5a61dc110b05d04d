package io.pipewright.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Chooses among a server's certificates by the name that the client asks for (RFC 6066, section 3) and by the key types that
 * it takes. Who asks for no name or an unknown one gets the first certificate, or one for the same names with another type of
 * key. A client has one certificate, and shows it whoever asks. An alias is an index.
 */
final class SniKeyManager extends X509ExtendedKeyManager {

  private final List<Identity> identities;

  SniKeyManager(List<Identity> identities) {
    this.identities = List.copyOf(identities);
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    List<Identity> fitting = fitting(requestedName(engine));
    return alias(fitting.stream().filter(one -> one.hasKeyType(keyType)).findFirst());
  }

  private List<Identity> fitting(Optional<String> name) {
    List<Identity> named = name.map(wanted -> identities.stream()
            .filter(one -> CertificateNames.match(one.names(), wanted))
            .toList())
        .orElse(List.of());
    if (!named.isEmpty()) {
      return named;
    }
    List<String> first = identities.get(0).names();
    return identities.stream().filter(one -> one.names().equals(first)).toList();
  }

  /** The name of the ClientHello, if there was one. */
  static Optional<String> requestedName(SSLEngine engine) {
    if (!(engine.getHandshakeSession() instanceof ExtendedSSLSession session)) {
      return Optional.empty();
    }
    return hostName(session.getRequestedServerNames());
  }

  static Optional<String> hostName(List<SNIServerName> names) {
    for (SNIServerName name : names) {
      if (name instanceof SNIHostName host) {
        return Optional.of(CertificateNames.normal(host.getAsciiName()));
      }
    }
    return Optional.empty();
  }

  @Override
  public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
    for (String keyType : keyTypes) {
      Optional<Identity> found =
          identities.stream().filter(one -> one.hasKeyType(keyType)).findFirst();
      if (found.isPresent()) {
        return alias(found);
      }
    }
    return null;
  }

  private String alias(Optional<Identity> identity) {
    return identity.map(one -> Integer.toString(identities.indexOf(one))).orElse(null);
  }

  private Optional<Identity> identity(String alias) {
    return IntStream.range(0, identities.size())
        .filter(i -> Objects.equals(Integer.toString(i), alias))
        .mapToObj(identities::get)
        .findFirst();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity(alias)
        .map(one -> one.chain().toArray(X509Certificate[]::new))
        .orElse(null);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity(alias).map(Identity::key).orElse(null);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return aliases(keyType);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return aliases(keyType);
  }

  private String[] aliases(String keyType) {
    return IntStream.range(0, identities.size())
        .filter(i -> identities.get(i).hasKeyType(keyType))
        .mapToObj(Integer::toString)
        .toArray(String[]::new);
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return null; // sockets are not served here, engines are
  }

  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return null;
  }
}
