package io.pipewright.filetransfer.sending;

import io.netty.util.ReferenceCountUtil;

/**
 * What is written to a channel at once.
 *
 * @param message a buffer or a file region, which whoever holds the piece owns; or the header of a block, which the next
 *     pieces are the bytes of
 * @param bytes how many bytes of the file it is; 0 for a header
 */
record Piece(Object message, int bytes) {

  /** Whether a block begins with it. */
  boolean isHeader() {
    return bytes == 0;
  }

  void release() {
    ReferenceCountUtil.release(message);
  }

  static void release(Iterable<Piece> pieces) {
    pieces.forEach(Piece::release);
  }
}
