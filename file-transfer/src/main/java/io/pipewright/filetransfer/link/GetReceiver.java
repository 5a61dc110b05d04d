package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;

/**
 * Takes the answer to one {@link NativeConnection#get}, in this order:
 *
 * <pre>
 *   facts  ( block  bytes+  blockEnded )*          then the future of get is completed
 * </pre>
 *
 * <p>Blocks come in the file's order, without a gap, each as long as the grid and the range that was asked for allow: only the first and the last
 * may be less than a whole block of the grid. An answer may end after any of these steps, in the middle of a block if the connection
 * breaks; then the future says so. The sum of a block is the receiver's to check.
 *
 * <p>All on the connection's event loop, so nothing here may block. What a method throws closes the connection.
 */
public interface GetReceiver {

  /**
   * What the file is. If a version was asked for, it has that version, and the range lies within its size.
   *
   * @param facts of the whole file
   */
  void facts(FileFacts facts);

  /**
   * A block begins: as many bytes as it says follow.
   *
   * @param header where it stands, how long it is, and its sum
   */
  void block(Data header);

  /**
   * The block's next bytes, as the socket gave them: up to 512 KiB, often less, never none.
   *
   * @param piece the receiver's from here on, to be released
   */
  void bytes(ByteBuf piece);

  /** The last byte of the block has been handed over. */
  void blockEnded();
}
