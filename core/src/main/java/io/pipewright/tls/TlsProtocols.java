package io.pipewright.tls;

import io.pipewright.ConfigurationException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The protocol versions that are spoken. */
final class TlsProtocols {

  static final String TLS_1_2 = "TLSv1.2";
  static final List<String> DEFAULT = List.of(TLS_1_2, "TLSv1.3");

  private TlsProtocols() {}

  static List<String> checked(String... protocols) {
    if (protocols.length == 0) {
      throw new ConfigurationException("protocols", null, "name TLSv1.2, TLSv1.3 or both");
    }
    Set<String> named = new LinkedHashSet<>();
    for (String protocol : protocols) {
      if (!DEFAULT.contains(protocol)) {
        throw new ConfigurationException(
            "protocols",
            protocol,
            "only TLSv1.2 and TLSv1.3 are safe to speak (RFC 8996), not " + protocol);
      }
      named.add(protocol);
    }
    return List.copyOf(named);
  }

  static String[] array(List<String> protocols) {
    return protocols.toArray(String[]::new);
  }

  /** {@code TLS 1.2 and 1.3}. */
  static String title(List<String> protocols) {
    return "TLS "
        + String.join(
            " and ",
            protocols.stream()
                .sorted()
                .map(name -> name.substring("TLSv".length()))
                .toList());
  }
}
