package io.pipewright.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the private key of a PEM file: PKCS#8, plain or encrypted; PKCS#1 and RFC 5915, plain. */
final class PrivateKeys {

  private static final Logger log = LoggerFactory.getLogger(PrivateKeys.class);

  private static final String FIELD = "key";
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private PrivateKeys() {}

  /**
   * Reads a key.
   *
   * @param password {@code null} if there is none
   * @throws io.pipewright.ConfigurationException what is wrong, with the file's name
   */
  static PrivateKey read(Path file, char[] password) {
    Pem block = Pem.blocks(KeyFiles.text(KeyFiles.bytes(FIELD, file))).stream()
        .filter(Pem::isKey)
        .findFirst()
        .orElseThrow(() -> KeyFiles.wrong(
            FIELD, file, "has no private key in it (no -----BEGIN PRIVATE KEY-----)"));
    if (block.isEncryptedByHeader()) {
      throw KeyFiles.wrong(
          FIELD,
          file,
          "is encrypted in OpenSSL's old format; convert it by: openssl pkcs8 -topk8 -in OLD -out NEW");
    }
    try {
      return key(file, pkcs8(file, block, password));
    } catch (IllegalArgumentException e) {
      throw KeyFiles.wrong(FIELD, file, "cannot be read: " + e.getMessage());
    }
  }

  private static byte[] pkcs8(Path file, Pem block, char[] password) {
    return switch (block.label()) {
      case "PRIVATE KEY" -> block.bytes();
      case "RSA PRIVATE KEY" -> Der.rsaToPkcs8(block.bytes());
      case "EC PRIVATE KEY" -> Der.ecToPkcs8(block.bytes());
      case "ENCRYPTED PRIVATE KEY" -> decrypted(file, block.bytes(), password);
      default ->
        throw KeyFiles.wrong(
            FIELD,
            file,
            "has a key of a kind that is not read (%s); convert it by: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW"
                .formatted(block.label()));
    };
  }

  private static byte[] decrypted(Path file, byte[] encrypted, char[] password) {
    if (password == null) {
      throw KeyFiles.wrong(FIELD, file, "is encrypted: its password is needed");
    }
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted);
      // the JDK names the scheme only in the text of its parameters: PBEWithHmacSHA256AndAES_256
      String scheme =
          info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
              ? info.getAlgParameters().toString()
              : info.getAlgName();
      SecretKey key = SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password));
      Cipher cipher = Cipher.getInstance(scheme);
      cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } catch (NoSuchAlgorithmException | IOException e) {
      throw KeyFiles.wrong(
          FIELD, file, "is encrypted in a way that this JDK does not read: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw KeyFiles.wrong(FIELD, file, "cannot be decrypted: the password is wrong");
    }
  }

  private static PrivateKey key(Path file, byte[] pkcs8) {
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(pkcs8);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        log.debug("{} has no {} key", file, algorithm);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    throw KeyFiles.wrong(FIELD, file, "has no RSA, EC or EdDSA key in it");
  }
}
