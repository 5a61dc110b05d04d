package io.pipewright.filetransfer.block;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Sums of bytes: CRC-32C (Castagnoli, RFC 3720 appendix B.4), which processors compute themselves. It finds what lines and
 * disks do by accident: one block in four thousand million that was changed at random passes. It is no protection against
 * someone who changes bytes on purpose.
 *
 * <p>A sum is an {@code int} of which all 32 bits count.
 */
public final class BlockSums {

  private BlockSums() {}

  /** The sum of a buffer's remaining bytes; its position is left where it was. */
  public static int of(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.duplicate());
    return (int) sum.getValue();
  }

  /** The sum of a buffer's readable bytes; its indexes are left where they were, it is not released. */
  public static int of(ByteBuf bytes) {
    CRC32C sum = new CRC32C();
    add(sum, bytes);
    return (int) sum.getValue();
  }

  /**
   * Adds a piece's readable bytes to a sum under way, without copying them.
   *
   * @param sum what came before
   * @param piece its indexes are left where they were, it is not released
   */
  public static void add(CRC32C sum, ByteBuf piece) {
    for (ByteBuffer part : piece.nioBuffers()) {
      sum.update(part);
    }
  }
}
