package io.pipewright.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.pipewright.ConfigurationException;

/** Whose implementation of TLS does the work. */
public enum TlsProvider {
  /** BoringSSL where it is, else the JDK. */
  AUTO,
  /** BoringSSL, by {@code netty-tcnative} on the class path: several times as fast as the JDK. */
  BORINGSSL,
  /** The JDK's own. */
  JDK;

  /**
   * What AUTO means here; a provider that was named is itself.
   *
   * @throws ConfigurationException if it was named and is missing
   */
  TlsProvider resolved() {
    if (this == AUTO) {
      return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }
    if (this == BORINGSSL && !OpenSsl.isAvailable()) {
      throw new ConfigurationException(
          "provider",
          this,
          "BoringSSL is not available here: put netty-tcnative-boringssl-static for this platform on the class path");
    }
    return this;
  }

  /** Contexts and engines that are released by who holds them. */
  SslProvider counted() {
    return this == BORINGSSL ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }

  /** Contexts that the garbage collector releases. */
  SslProvider collected() {
    return this == BORINGSSL ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  String title() {
    return switch (this) {
      case AUTO -> "the best provider";
      case BORINGSSL -> "BoringSSL";
      case JDK -> "the JDK";
    };
  }
}
