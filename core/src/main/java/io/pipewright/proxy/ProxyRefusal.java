package io.pipewright.proxy;

/** Why a connection was closed for the sake of its PROXY header. */
public enum ProxyRefusal {
  /** A header is required, and its peer is not trusted to send one. */
  UNTRUSTED,
  /** What came is no header, though one is required, or is one that breaks the protocol's rules or is too long. */
  MALFORMED,
  /** The peer ended in the middle of the header, or before it. */
  TRUNCATED,
  /** The header was not complete in time. */
  TIMED_OUT
}
