package io.pipewright.filetransfer.block;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class BlockSumsTest {

  /** The check value of CRC-32C that the catalogues of CRCs name. */
  private static final int CHECK = 0xe3069283;

  private static final byte[] DIGITS = "123456789".getBytes(US_ASCII);

  @Test
  void theCheckValueComesOutOfEveryKindOfBuffer() {
    ByteBuffer bytes = ByteBuffer.wrap(DIGITS);
    assertThat(BlockSums.of(bytes)).isEqualTo(CHECK);
    assertThat(bytes.remaining()).isEqualTo(9);
    for (ByteBuf in : buffers()) {
      assertThat(BlockSums.of(in)).isEqualTo(CHECK);
      assertThat(in.readableBytes()).isEqualTo(9);
      in.release();
    }
  }

  @Test
  void onlyTheReadableBytesCount() {
    ByteBuf in = Unpooled.copiedBuffer("_123456789_", US_ASCII).setIndex(1, 10);
    assertThat(BlockSums.of(in)).isEqualTo(CHECK);
    in.release();
  }

  @Test
  void piecesAddUpToTheSumOfAll() {
    CRC32C sum = new CRC32C();
    for (byte[] piece : new byte[][] {{'1', '2'}, {}, "3456789".getBytes(US_ASCII)}) {
      BlockSums.add(sum, Unpooled.wrappedBuffer(piece));
    }
    assertThat((int) sum.getValue()).isEqualTo(CHECK);
  }

  private static ByteBuf[] buffers() {
    return new ByteBuf[] {
      Unpooled.wrappedBuffer(DIGITS),
      Unpooled.directBuffer().writeBytes(DIGITS),
      Unpooled.wrappedBuffer(
          Unpooled.wrappedBuffer(DIGITS, 0, 4), Unpooled.directBuffer().writeBytes(DIGITS, 4, 5)),
      Unpooled.wrappedBuffer(DIGITS).asReadOnly()
    };
  }
}
