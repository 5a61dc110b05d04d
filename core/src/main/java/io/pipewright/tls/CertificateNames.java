package io.pipewright.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that a certificate is for (RFC 6125): its alternative names, or without any its common name. */
final class CertificateNames {

  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final Pattern COMMON_NAME =
      Pattern.compile("(?:^|[,+])CN=([^,+]+)", Pattern.CASE_INSENSITIVE);

  private CertificateNames() {}

  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    for (List<?> name : alternatives(certificate)) {
      int kind = (Integer) name.get(0);
      if (kind == DNS_NAME || kind == IP_ADDRESS) {
        names.add(normal((String) name.get(1)));
      }
    }
    if (names.isEmpty()) {
      Matcher matcher =
          COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
      if (matcher.find()) {
        names.add(normal(matcher.group(1)));
      }
    }
    return List.copyOf(names);
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of(); // names that cannot be read match nobody's
    }
  }

  /** As names are compared: in lower case, without the dot that ends a complete one. */
  static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether one of the names is this one; a wildcard stands for exactly one label. */
  static boolean match(Collection<String> names, String wanted) {
    if (names.contains(wanted)) {
      return true;
    }
    int dot = wanted.indexOf('.');
    return dot > 0 && names.contains("*" + wanted.substring(dot));
  }
}
