package io.pipewright.tls;

import io.pipewright.ConfigurationException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate with its key.
 *
 * @param chain the certificate first, then who signed it, and so on
 * @param key the certificate's key
 * @param file where the certificate was read from
 * @param names what the certificate is for
 */
record Identity(List<X509Certificate> chain, PrivateKey key, Path file, List<String> names) {

  /**
   * Checks that they belong together.
   *
   * @throws ConfigurationException if they do not
   */
  static Identity of(List<X509Certificate> chain, PrivateKey key, Path file, Path keyFile) {
    if (!belongTogether(chain.get(0).getPublicKey(), key)) {
      throw KeyFiles.wrong(
          "key",
          keyFile,
          "is not the key of the %scertificate in %s"
              .formatted(chain.size() > 1 ? "first " : "", file));
    }
    return new Identity(List.copyOf(chain), key, file, CertificateNames.of(chain.get(0)));
  }

  /** Whether what the key signs the certificate verifies. */
  private static boolean belongTogether(PublicKey shown, PrivateKey key) {
    String scheme =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
          default -> null;
        };
    if (scheme == null) {
      return shown.getAlgorithm().equals(key.getAlgorithm());
    }
    try {
      byte[] text = {1, 2, 3};
      Signature signature = Signature.getInstance(scheme);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(shown);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a key of another algorithm
    }
  }

  X509Certificate certificate() {
    return chain.get(0);
  }

  Instant notAfter() {
    return certificate().getNotAfter().toInstant();
  }

  TlsCertificate described() {
    return new TlsCertificate(
        names, certificate().getIssuerX500Principal().getName(), notAfter(), file);
  }

  /** Whether it has a key of this type, as engines name them. */
  boolean hasKeyType(String keyType) {
    String algorithm = key.getAlgorithm();
    return switch (keyType) {
      case "EC", "EC_EC", "EC_RSA" -> algorithm.equals("EC");
      case "RSA", "DH_RSA" -> algorithm.equals("RSA");
      case "EdDSA", "Ed25519", "Ed448" -> algorithm.startsWith("Ed");
      default -> algorithm.equals(keyType);
    };
  }
}
