package io.pipewright.filetransfer.download;

/** Which language a client speaks with its servers. */
public enum Dialect {
  /**
   * Pipewright's own: a file's size, version and the sum of each block are known, so a download can be resumed, verified,
   * spread over connections and servers, and taken in ranges. See {@code docs/file-protocol.md}.
   */
  NATIVE,

  /** A name, then bytes until the server closes: the language of older servers, which know neither sizes nor errors. */
  PLAIN
}
