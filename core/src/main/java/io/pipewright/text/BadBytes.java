package io.pipewright.text;

/** What becomes of bytes that are no text in the charset, and of text that it cannot write. */
public enum BadBytes {

  /**
   * Reading, each becomes U+FFFD; writing, each character that the charset lacks becomes what the
   * charset puts in place of it, mostly {@code ?}.
   */
  REPLACE,

  /** A {@link MalformedTextException}, and the connection is closed. */
  CLOSE
}
