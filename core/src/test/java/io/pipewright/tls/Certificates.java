package io.pipewright.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** Files of certificates for tests, all signed by one authority. */
public final class Certificates {

  private final Path folder;
  private final X509Bundle authority;

  private Certificates(Path folder, X509Bundle authority) {
    this.folder = folder;
    this.authority = authority;
  }

  /** A new authority, whose certificate is in {@code NAME-ca.pem}. */
  public static Certificates in(Path folder, String name) throws Exception {
    X509Bundle authority = new CertificateBuilder()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
    Files.writeString(folder.resolve(name + "-ca.pem"), authority.getCertificatePEM());
    return new Certificates(folder, authority);
  }

  X509Bundle authority() {
    return authority;
  }

  /**
   * A certificate and its key.
   *
   * @param chain PEM
   * @param key PEM
   */
  public record Pair(Path chain, Path key) {}

  /** For names, valid now, with an EC key. */
  public Pair signed(String file, String... names) throws Exception {
    return write(file, bundle(builder -> builder.ecp256(), names));
  }

  /** With changes to what is signed. */
  public Pair signed(String file, UnaryOperator<CertificateBuilder> change, String... names)
      throws Exception {
    return write(file, bundle(change, names));
  }

  /** Expired yesterday. */
  public Pair expired(String file, String... names) throws Exception {
    Instant now = Instant.now();
    return signed(
        file,
        builder -> builder
            .ecp256()
            .notBefore(now.minus(Duration.ofDays(9)))
            .notAfter(now.minus(Duration.ofDays(1))),
        names);
  }

  X509Bundle bundle(UnaryOperator<CertificateBuilder> change, String... names) throws Exception {
    CertificateBuilder builder = new CertificateBuilder().subject("CN=test");
    for (String name : names) {
      if (name.matches("[0-9.]+|.*:.*")) {
        builder.addSanIpAddress(name);
      } else {
        builder.addSanDnsName(name);
      }
    }
    return change.apply(builder).buildIssuedBy(authority);
  }

  private Pair write(String file, X509Bundle bundle) throws IOException {
    Path chain = folder.resolve(file + ".pem");
    Path key = folder.resolve(file + ".key");
    Files.writeString(key, bundle.getPrivateKeyPEM());
    Files.writeString(chain, bundle.getCertificatePathPEM());
    return new Pair(chain, key);
  }
}
