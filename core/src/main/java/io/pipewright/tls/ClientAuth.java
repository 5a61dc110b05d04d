package io.pipewright.tls;

/** Whether a server asks its clients for a certificate. */
public enum ClientAuth {
  /** It does not ask. */
  NONE,
  /** It asks; a client without one is served too, one with a certificate that is not trusted is not. */
  OPTIONAL,
  /** It asks, and serves nobody without one. */
  REQUIRED
}
