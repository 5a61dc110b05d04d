package io.pipewright.tls;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A certificate that a server shows.
 *
 * @param names the names and addresses that it is for, in lower case; a wildcard as {@code *.example.org}
 * @param issuer who signed it, as an RFC 2253 name
 * @param notAfter when it expires
 * @param file where it was read from
 */
public record TlsCertificate(List<String> names, String issuer, Instant notAfter, Path file) {

  /** Copies the names. */
  public TlsCertificate {
    names = List.copyOf(names);
  }
}
