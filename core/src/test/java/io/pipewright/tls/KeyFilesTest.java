package io.pipewright.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.X509Bundle;
import io.pipewright.ConfigurationException;
import io.pipewright.tls.Certificates.Pair;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read, and what is said of what cannot be. */
class KeyFilesTest {

  /** 1.2.840.113549.1.5.13. */
  private static final byte[] PBES2 = HexFormat.of().parseHex("06092a864886f70d01050d");

  private static final String SCHEME = "PBEWithHmacSHA256AndAES_256";

  @TempDir
  Path folder;

  private Certificates certificates;
  private Pair pair;

  @BeforeEach
  void makeCertificates() throws Exception {
    certificates = Certificates.in(folder, "test");
    pair = certificates.signed("server", "a.example");
  }

  private static void loads(ServerTlsBuilder builder) {
    try (ServerTls tls = builder.reloadEvery(Duration.ZERO).build()) {
      assertThat(tls.certificates()).isNotEmpty();
    }
  }

  private static void refused(ServerTlsBuilder builder, String sentence) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("\n");
  }

  private ServerTlsBuilder with(Path key) {
    return ServerTls.builder().certificate(pair.chain(), key);
  }

  private Path pem(String name, String label, byte[] bytes) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(bytes);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
  }

  /** PKCS#8 ends with an octet string, in which the older format stands; its length takes two bytes or four. */
  private static byte[] inner(Key key, int headerBytes) {
    byte[] pkcs8 = key.getEncoded();
    return Arrays.copyOfRange(pkcs8, headerBytes, pkcs8.length);
  }

  @Test
  void anOldRsaKeyIsRead() throws Exception {
    X509Bundle bundle = certificates.bundle(builder -> builder.rsa2048(), "rsa.example");
    Path chain = Files.writeString(folder.resolve("rsa.pem"), bundle.getCertificatePathPEM());
    Path key = pem("rsa.key", "RSA PRIVATE KEY", inner(bundle.getKeyPair().getPrivate(), 26));

    loads(ServerTls.builder().certificate(chain, key));
  }

  @Test
  void anOldEcKeyIsReadIfItNamesItsCurve() throws Exception {
    X509Bundle bundle = certificates.bundle(builder -> builder.ecp256(), "ec.example");
    Path chain = Files.writeString(folder.resolve("ec.pem"), bundle.getCertificatePathPEM());
    byte[] secret = ((ECPrivateKey) bundle.getKeyPair().getPrivate()).getS().toByteArray();
    byte[] scalar = new byte[32];
    int length = Math.min(32, secret.length);
    System.arraycopy(secret, secret.length - length, scalar, 32 - length, length);
    byte[] bare = new byte[39];
    System.arraycopy(new byte[] {0x30, 37, 2, 1, 1, 4, 32}, 0, bare, 0, 7);
    System.arraycopy(scalar, 0, bare, 7, 32);
    byte[] named = Arrays.copyOf(bare, 51);
    named[1] = 49;
    byte[] curve = {(byte) 0xa0, 10, 6, 8, 42, (byte) 0x86, 72, (byte) 0xce, 61, 3, 1, 7};
    System.arraycopy(curve, 0, named, 39, 12);

    loads(ServerTls.builder().certificate(chain, pem("ec.key", "EC PRIVATE KEY", named)));
    refused(
        ServerTls.builder().certificate(chain, pem("bare.key", "EC PRIVATE KEY", bare)),
        "the key does not name its curve");
  }

  @Test
  void anEncryptedKeyNeedsItsPassword() throws Exception {
    X509Bundle bundle = certificates.bundle(builder -> builder.ecp256(), "locked.example");
    Path chain = Files.writeString(folder.resolve("locked.pem"), bundle.getCertificatePathPEM());
    byte[] iv = new byte[16];
    new SecureRandom().nextBytes(iv);
    AlgorithmParameterSpec spec =
        new PBEParameterSpec("saltsalt".getBytes(US_ASCII), 1000, new IvParameterSpec(iv));
    Cipher cipher = Cipher.getInstance(SCHEME);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        SecretKeyFactory.getInstance(SCHEME).generateSecret(new PBEKeySpec("secret".toCharArray())),
        spec);
    byte[] encrypted = cipher.doFinal(bundle.getKeyPair().getPrivate().getEncoded());
    Path key = pem(
        "locked.key",
        "ENCRYPTED PRIVATE KEY",
        Der.field(
            0x30,
            Der.field(0x30, PBES2, cipher.getParameters().getEncoded()),
            Der.field(0x04, encrypted)));

    loads(ServerTls.builder().certificate(chain, key, "secret".toCharArray()));
    refused(ServerTls.builder().certificate(chain, key), "is encrypted: its password is needed");
    refused(
        ServerTls.builder().certificate(chain, key, "guess".toCharArray()),
        "cannot be decrypted: the password is wrong");
  }

  @Test
  void aPkcs12FileIsReadByItsPassword() throws Exception {
    X509Bundle bundle = certificates.bundle(builder -> builder.ecp256(), "store.example");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "one",
        bundle.getKeyPair().getPrivate(),
        "secret".toCharArray(),
        bundle.getCertificatePath());
    Path file = folder.resolve("store.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "secret".toCharArray());
    }

    loads(ServerTls.builder().pkcs12(file, "secret".toCharArray()));
    refused(ServerTls.builder().pkcs12(file, "guess".toCharArray()), "the password is wrong");
    refused(ServerTls.builder().pkcs12(pair.chain(), "secret".toCharArray()), "is no PKCS#12 file");
  }

  @Test
  void filesThatWillNotDoAreNamed() throws Exception {
    Pair other = certificates.signed("other", "a.example");
    Path old = Files.writeString(
        folder.resolve("old.key"),
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    refused(
        with(other.key()), other.key() + " is not the key of the certificate in " + pair.chain());
    refused(with(folder.resolve("none")), folder.resolve("none") + " does not exist");
    refused(with(folder), folder + " cannot be read: it is a folder");
    refused(with(pair.chain()), pair.chain() + " has no private key in it");
    refused(with(old), "convert it by: openssl pkcs8 -topk8");
    refused(
        with(pem("junk.key", "PRIVATE KEY", new byte[40])), "has no RSA, EC or EdDSA key in it");
    refused(ServerTls.builder().certificate(pair.key(), pair.key()), "has no certificate in it");
    refused(
        ServerTls.builder().certificate(pem("junk.pem", "CERTIFICATE", new byte[9]), pair.key()),
        "has a certificate in it that cannot be read");
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefused() {
    ServerTlsBuilder builder = with(pair.key());
    refused(ServerTls.builder(), "a server needs one certificate at least");
    refused(with(pair.key()).clientAuth(ClientAuth.OPTIONAL), "name who may sign");
    refused(with(pair.key()).trust(pair.chain()), "OPTIONAL or REQUIRED");
    assertThatThrownBy(() -> builder.protocols("TLSv1.1", "TLSv1.2"))
        .hasMessage(
            "protocols: only TLSv1.2 and TLSv1.3 are safe to speak (RFC 8996), not TLSv1.1");
    assertThatThrownBy(() -> builder.handshakeTimeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> builder.reloadEvery(Duration.ofMillis(-1)))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(
            () -> ClientTls.builder().trust(pair.chain()).trustAnybody().build())
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void itSaysWhatItIs() {
    ServerTls tls = with(pair.key()).provider(TlsProvider.JDK).build();
    assertThat(tls.toString())
        .matches(
            "TLS 1\\.2 and 1\\.3 by the JDK, certificate for a\\.example, expires in \\d+ days");
    assertThat(tls.certificates()).singleElement().satisfies(certificate -> {
      assertThat(certificate.names()).isEqualTo(List.of("a.example"));
      assertThat(certificate.issuer()).isEqualTo("CN=test");
      assertThat(certificate.file()).isEqualTo(pair.chain());
    });
    tls.close();
    assertThatThrownBy(tls::reload).isInstanceOf(IllegalStateException.class);
    assertThat(tls.toString()).endsWith(", closed");
  }

  @Test
  void wildcardsStandForOneLabel() {
    List<String> names = List.of("*.a.example", "b.example");
    assertThat(CertificateNames.match(names, "x.a.example")).isTrue();
    assertThat(CertificateNames.match(names, "b.example")).isTrue();
    assertThat(CertificateNames.match(names, "x.y.a.example")).isFalse();
    assertThat(CertificateNames.match(names, "a.example")).isFalse();
    assertThat(CertificateNames.match(names, ".a.example")).isFalse();
  }
}
