package io.pipewright.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.pipewright.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * What a server's TLS is made of, and how to make it from the files as they are now. Blocks.
 *
 * @param sources one certificate or more
 * @param trust who may sign the clients' certificates
 * @param clientAuth whether clients are asked for theirs
 * @param protocols the versions that are spoken
 * @param alpn the application protocols, the preferred first; empty for no ALPN
 * @param provider resolved
 */
record ServerMaterial(
    List<IdentitySource> sources,
    Optional<Path> trust,
    ClientAuth clientAuth,
    List<String> protocols,
    List<String> alpn,
    TlsProvider provider) {

  /**
   * What was loaded.
   *
   * @param context to be released when it is not needed any more
   * @param identities its certificates
   */
  record Loaded(SslContext context, List<Identity> identities) {}

  /**
   * Reads the files.
   *
   * @throws ConfigurationException what is wrong with which of them
   */
  Loaded load() {
    List<Identity> identities = new ArrayList<>();
    sources.forEach(source -> identities.addAll(source.read()));
    identities.forEach(this::checkKeyType);
    try {
      SslContextBuilder builder = SslContextBuilder.forServer(keyManagers(identities, provider))
          .sslProvider(provider.counted())
          .protocols(protocols)
          .clientAuth(io.netty.handler.ssl.ClientAuth.valueOf(
              clientAuth == ClientAuth.REQUIRED ? "REQUIRE" : clientAuth.name()));
      trust.ifPresent(file -> builder.trustManager(KeyFiles.certificates("trust", file)));
      if (!alpn.isEmpty()) {
        builder.applicationProtocolConfig(alpn(alpn));
      }
      return new Loaded(builder.build(), identities);
    } catch (SSLException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "certificate", null, "%s refuses it: %s".formatted(provider.title(), e.getMessage()));
    }
  }

  private void checkKeyType(Identity identity) {
    if (provider == TlsProvider.BORINGSSL
        && !identity.hasKeyType("RSA")
        && !identity.hasKeyType("EC")) {
      throw KeyFiles.wrong(
          "certificate",
          identity.file(),
          "has a key of type %s, which only the JDK's provider takes"
              .formatted(identity.key().getAlgorithm()));
    }
  }

  /** BoringSSL takes a key in its own form: it is converted once and not once a handshake. */
  static KeyManagerFactory keyManagers(List<Identity> identities, TlsProvider provider) {
    KeyManagerFactory factory = new KeyManagerFactoryWrapper(new SniKeyManager(identities));
    return provider == TlsProvider.BORINGSSL
        ? new OpenSslCachingX509KeyManagerFactory(factory)
        : factory;
  }

  /** The one behaviour that all providers have: without a protocol in common the connection goes on without one. */
  static ApplicationProtocolConfig alpn(List<String> protocols) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  /** Tells whether a file has changed: from the bytes of them all, so that no clock and no copying tool can hide a change. */
  String fingerprint() {
    List<Path> files = new ArrayList<>();
    sources.forEach(source -> files.addAll(source.files()));
    trust.ifPresent(files::add);
    MessageDigest digest = sha256();
    for (Path file : files) {
      digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
      try (InputStream in = Files.newInputStream(file)) {
        digest.update(in.readNBytes(KeyFiles.MAX_BYTES));
      } catch (IOException e) {
        digest.update((byte) 0); // missing, which is a change too
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
