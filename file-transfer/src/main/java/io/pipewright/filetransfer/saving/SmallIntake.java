package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** A small file: nothing is made until everything has come and is right. */
final class SmallIntake implements Intake {

  private final SmallFile file;
  private final int expectedSum;
  private final Consumer<BlockOutcome> whenEnded;
  private final CRC32C sum = new CRC32C();
  private final Pieces pieces = new Pieces();

  private long left;
  private boolean abandoned;

  SmallIntake(SmallFile file, int expectedSum, Consumer<BlockOutcome> whenEnded) {
    this.file = file;
    this.expectedSum = expectedSum;
    this.whenEnded = whenEnded;
    this.left = file.size();
  }

  @Override
  public void take(ByteBuf piece) {
    left -= piece.readableBytes();
    if (left < 0 || abandoned) {
      piece.release();
    } else {
      pieces.add(piece, sum);
    }
  }

  @Override
  public void end() {
    BlockOutcome outcome;
    if (left != 0 || (int) sum.getValue() != expectedSum) {
      outcome = new BlockOutcome.WrongSum((int) sum.getValue());
    } else {
      try {
        outcome = new BlockOutcome.Placed(file.save(pieces.nioBuffers()));
      } catch (SavingException e) {
        outcome = new BlockOutcome.NotWritten(e);
      }
    }
    abandon();
    whenEnded.accept(outcome);
  }

  @Override
  public void abandon() {
    abandoned = true;
    pieces.release();
  }

  @Override
  public void refuse() {
    abandon();
    whenEnded.accept(new BlockOutcome.NotWritten(
        new NotWritableException(file.folder().pathOf(file.name()), "the client is being closed")));
  }
}
