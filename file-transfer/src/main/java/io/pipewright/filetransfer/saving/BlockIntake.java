package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.block.Blocks;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One block of a part file. Each piece is summed and then written at once, while the processor's cache has it. If somebody else is
 * writing the same block, the pieces are kept instead, until their sum is known to be right.
 */
final class BlockIntake implements Intake {

  /** What the cache next to the core holds well: larger pieces are summed and written in parts. */
  static final int STRIDE_BYTES = 128 << 10;

  private final PartFile part;
  private final int block;
  private final int expectedSum;
  private final Consumer<BlockOutcome> whenEnded;
  private final CRC32C sum = new CRC32C();

  private boolean begun;
  private Optional<BlockWriters.Turn> turn = Optional.empty();
  private Pieces kept;
  private long position;
  private long left;
  private boolean tooMany;
  private BlockOutcome early;

  BlockIntake(PartFile part, int block, int expectedSum, Consumer<BlockOutcome> whenEnded) {
    this.part = part;
    this.block = block;
    this.expectedSum = expectedSum;
    this.whenEnded = whenEnded;
    this.position = Blocks.offset(block);
    this.left = Blocks.length(block, part.size());
  }

  private void begin() {
    begun = true;
    turn = part.writers().begin(block);
    if (turn.isEmpty()) {
      if (part.isVerified(block)) {
        early = new BlockOutcome.Superfluous();
      } else {
        kept = new Pieces();
      }
    }
  }

  @Override
  public void take(ByteBuf piece) {
    if (!begun) {
      begin();
    }
    tooMany |= piece.readableBytes() > left;
    if (early != null || tooMany) {
      piece.release();
      return;
    }
    left -= piece.readableBytes();
    if (kept != null) {
      kept.add(piece, sum);
      return;
    }
    try {
      write(piece);
    } catch (SavingException e) {
      early = new BlockOutcome.NotWritten(e);
    } finally {
      piece.release();
    }
  }

  private void write(ByteBuf piece) {
    if (piece.nioBufferCount() == 1) {
      write(piece.nioBuffer());
      return;
    }
    for (ByteBuffer bytes : piece.nioBuffers()) {
      write(bytes);
    }
  }

  private void write(ByteBuffer bytes) {
    int end = bytes.limit();
    while (early == null && bytes.position() < end) {
      bytes.limit(Math.min(end, bytes.position() + STRIDE_BYTES));
      int from = bytes.position();
      sum.update(bytes);
      bytes.position(from);
      if (!turn.orElseThrow().write(() -> position = part.writeNow(position, bytes))) {
        early = new BlockOutcome.Superfluous();
      }
    }
  }

  @Override
  public void end() {
    if (!begun) {
      begin();
    }
    BlockOutcome outcome = early;
    if (outcome == null) {
      boolean right = left == 0 && !tooMany && (int) sum.getValue() == expectedSum;
      outcome = right ? settle() : new BlockOutcome.WrongSum((int) sum.getValue());
    }
    abandon();
    whenEnded.accept(outcome);
  }

  private BlockOutcome settle() {
    try {
      if (kept != null) {
        turn = part.writers().overrule(block);
        for (ByteBuffer bytes : kept.nioBuffers()) {
          turn.ifPresent(mine -> mine.write(() -> position = part.writeNow(position, bytes)));
        }
      }
      boolean mine = turn.isPresent() && turn.get().verified(expectedSum);
      return mine ? new BlockOutcome.Verified() : new BlockOutcome.Superfluous();
    } catch (SavingException e) {
      return new BlockOutcome.NotWritten(e);
    }
  }

  @Override
  public void abandon() {
    turn.ifPresent(BlockWriters.Turn::giveBack);
    turn = Optional.empty();
    if (kept != null) {
      kept.release();
    }
    early = new BlockOutcome.Superfluous(); // whatever may still come is thrown away
  }

  @Override
  public void refuse() {
    abandon();
    whenEnded.accept(new BlockOutcome.NotWritten(
        new NotWritableException(part.path(), "the client is being closed")));
  }
}
