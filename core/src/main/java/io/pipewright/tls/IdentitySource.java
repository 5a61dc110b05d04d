package io.pipewright.tls;

import io.pipewright.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Where a certificate and its key are read from, each time anew. Blocks. */
interface IdentitySource {

  /** The files that are read. */
  List<Path> files();

  /**
   * Reads them.
   *
   * @throws ConfigurationException what is wrong with which file
   */
  List<Identity> read();

  /** Two PEM files. */
  static IdentitySource pem(Path chain, Path key, char[] password) {
    char[] kept = password == null ? null : password.clone();
    return new IdentitySource() {
      @Override
      public List<Path> files() {
        return List.of(chain, key);
      }

      @Override
      public List<Identity> read() {
        List<X509Certificate> certificates = KeyFiles.certificates("certificate", chain);
        return List.of(Identity.of(certificates, PrivateKeys.read(key, kept), chain, key));
      }
    };
  }

  /** All keys of a PKCS#12 file. */
  static IdentitySource pkcs12(Path file, char[] password) {
    char[] kept = password.clone();
    return new IdentitySource() {
      @Override
      public List<Path> files() {
        return List.of(file);
      }

      @Override
      public List<Identity> read() {
        return Pkcs12.read(file, kept);
      }
    };
  }

  /** How a PKCS#12 file is read (RFC 7292). */
  final class Pkcs12 {

    private static final String FIELD = "pkcs12";

    private Pkcs12() {}

    private static List<Identity> read(Path file, char[] password) {
      byte[] bytes = KeyFiles.bytes(FIELD, file);
      try {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(bytes), password);
        List<Identity> identities = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
          if (store.getKey(alias, password) instanceof PrivateKey key) {
            identities.add(Identity.of(chain(store, alias), key, file, file));
          }
        }
        if (identities.isEmpty()) {
          throw KeyFiles.wrong(FIELD, file, "has no private key with a certificate in it");
        }
        return identities;
      } catch (IOException e) {
        boolean passwordIsWrong = e.getCause() instanceof GeneralSecurityException;
        throw KeyFiles.wrong(
            FIELD,
            file,
            passwordIsWrong ? "cannot be decrypted: the password is wrong" : "is no PKCS#12 file");
      } catch (GeneralSecurityException e) {
        throw KeyFiles.wrong(FIELD, file, "cannot be read: " + KeyFiles.why(e));
      }
    }

    private static List<X509Certificate> chain(KeyStore store, String alias)
        throws GeneralSecurityException {
      Certificate[] chain = store.getCertificateChain(alias);
      return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
    }
  }
}
