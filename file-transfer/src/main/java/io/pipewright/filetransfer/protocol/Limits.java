package io.pipewright.filetransfer.protocol;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.FileName;

/** What the dialect bounds. A peer that exceeds one of these breaks the protocol; docs/file-protocol.md lists them all. */
public final class Limits {

  /** The version that this code speaks, and the only one so far. */
  public static final int VERSION = 1;

  /** The longest body of a request, in bytes. */
  public static final int MAX_REQUEST_BYTES = 8 << 10;

  /** The longest body of an answer's frame, in bytes; the raw bytes behind it are none of it. */
  public static final int MAX_ANSWER_BYTES = 64 << 10;

  /** The longest name, in bytes of UTF-8; whole paths and single components alike. */
  public static final int MAX_NAME_BYTES = FileName.MAX_BYTES;

  /** The longest name that a peer may give its program, in bytes of UTF-8. */
  public static final int MAX_AGENT_BYTES = 255;

  /** The longest text of an error, in bytes of UTF-8; a longer one is cut when it is sent. */
  public static final int MAX_TEXT_BYTES = 1024;

  /** The most sums that one request may ask for and one answer may hold. */
  public static final int MAX_SUMS = 256;

  /** The most files that one pack may be asked for. */
  public static final int MAX_PACK_FILES = 256;

  /** The most raw bytes that follow one answer. */
  public static final int MAX_RAW_BYTES = Blocks.BYTES;

  private Limits() {}
}
