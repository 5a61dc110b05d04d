package io.pipewright.tls;

/** The kinds of failed handshakes, for counting and for deciding. */
public enum TlsFailure {
  /** The peer sent something that is no TLS: plain bytes, an HTTP request. */
  PLAINTEXT,
  /** There is no protocol version that both ends take. */
  NO_COMMON_PROTOCOL,
  /** There is no cipher suite that both ends take, or none for the key that we have. */
  NO_COMMON_CIPHER,
  /** The peer's certificate comes from nobody whom we trust. */
  UNKNOWN_CA,
  /** The peer's certificate has expired, or is not valid yet. */
  EXPIRED,
  /** The server's certificate is for other names. */
  WRONG_HOST,
  /** A certificate is required, and none was sent. */
  CERTIFICATE_REQUIRED,
  /** The peer's certificate will not do for another reason. */
  BAD_CERTIFICATE,
  /** The peer refused: it does not trust our certificate, or wants something that we do not have. */
  REFUSED_BY_PEER,
  /** The handshake was not done in time. */
  TIMEOUT,
  /** The peer closed or reset the connection in the middle of the handshake. */
  CLOSED,
  /** The peer sent TLS that is broken. */
  MALFORMED
}
