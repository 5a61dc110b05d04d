package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.protocol.Answer;

/**
 * Takes the answer to one {@link NativeConnection#pack}: the header, then the bytes of the files in it, one behind the other. Then the future
 * of pack is completed; it fails, perhaps in the middle of the bytes, if the connection breaks. The sums are the receiver's to check.
 *
 * <p>All on the connection's event loop, so nothing here may block. What a method throws closes the connection.
 */
public interface PackReceiver {

  /**
   * Which files come. Those of which a version was asked for have it.
   *
   * @param pack one for each of the first files that were asked for
   */
  void header(Answer.Pack pack);

  /**
   * The next bytes, as the socket gave them: up to 512 KiB, often less, never none.
   *
   * @param piece the receiver's from here on, to be released
   */
  void bytes(ByteBuf piece);
}
