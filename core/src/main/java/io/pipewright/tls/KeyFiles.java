package io.pipewright.tls;

import io.pipewright.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads certificates and keys; whatever is wrong with a file is said in one sentence that names it. Blocks. */
final class KeyFiles {

  /** No certificate or key is so long; a device or a log file would be. */
  static final int MAX_BYTES = 4 << 20;

  private KeyFiles() {}

  static byte[] bytes(String field, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw wrong(field, file, "is longer than " + MAX_BYTES + " bytes");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw wrong(field, file, "does not exist");
    } catch (AccessDeniedException e) {
      throw wrong(field, file, "cannot be read: permission denied");
    } catch (IOException e) {
      throw wrong(
          field,
          file,
          "cannot be read: " + (Files.isDirectory(file) ? "it is a folder" : e.getMessage()));
    }
  }

  /** All certificates of a PEM file: one at least. */
  static List<X509Certificate> certificates(String field, Path file) {
    String text = text(bytes(field, file));
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : Pem.blocks(text)) {
      if (block.isCertificate()) {
        certificates.add(certificate(field, file, block));
      }
    }
    if (certificates.isEmpty()) {
      throw wrong(field, file, "has no certificate in it (no -----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static X509Certificate certificate(String field, Path file, Pem block) {
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(block.bytes()));
    } catch (CertificateException | IllegalArgumentException e) {
      throw wrong(field, file, "has a certificate in it that cannot be read");
    }
  }

  static ConfigurationException wrong(String field, Path file, String sentence) {
    return new ConfigurationException(field, file, file + " " + sentence);
  }

  /** What a security provider says, for the end of a sentence. */
  static String why(GeneralSecurityException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
