package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Several small files: none is made until all have come, and then each one that is right. */
final class PackIntake implements Intake {

  private final List<PackedFile> files;
  private final Consumer<List<BlockOutcome>> whenEnded;
  private final Pieces pieces = new Pieces();

  private long left;
  private boolean abandoned;

  PackIntake(List<PackedFile> files, Consumer<List<BlockOutcome>> whenEnded) {
    this.files = files;
    this.whenEnded = whenEnded;
    this.left = files.stream().mapToLong(PackedFile::bytes).sum();
  }

  @Override
  public void take(ByteBuf piece) {
    left -= piece.readableBytes();
    if (left < 0 || abandoned) {
      piece.release();
    } else {
      pieces.add(piece);
    }
  }

  @Override
  public void end() {
    List<BlockOutcome> outcomes = new ArrayList<>(files.size());
    Stock stock = new Stock(left == 0 ? pieces.nioBuffers() : new ByteBuffer[0]);
    for (PackedFile packed : files) {
      ByteBuffer[] content = stock.take(packed.bytes());
      packed.file().ifPresent(file -> outcomes.add(save(file, packed.sum(), content)));
    }
    abandon();
    whenEnded.accept(outcomes);
  }

  private BlockOutcome save(SmallFile file, int expectedSum, ByteBuffer... content) {
    int sum = sum(content);
    if (left != 0 || sum != expectedSum) {
      return new BlockOutcome.WrongSum(sum);
    }
    try {
      return new BlockOutcome.Placed(file.save(content));
    } catch (SavingException e) {
      return new BlockOutcome.NotWritten(e);
    }
  }

  private static int sum(ByteBuffer... content) {
    CRC32C sum = new CRC32C();
    for (ByteBuffer bytes : content) {
      sum.update(bytes.duplicate());
    }
    return (int) sum.getValue();
  }

  @Override
  public void abandon() {
    abandoned = true;
    pieces.release();
  }

  @Override
  public void refuse() {
    abandon();
    whenEnded.accept(files.stream()
        .flatMap(packed -> packed.file().stream())
        .<BlockOutcome>map(file -> new BlockOutcome.NotWritten(new NotWritableException(
            file.folder().pathOf(file.name()), "the client is being closed")))
        .toList());
  }

  /** What has come, of which each file takes its part. */
  private static final class Stock {

    private static final ByteBuffer[] NOTHING = {};

    private final ByteBuffer[] buffers;
    private int at;

    Stock(ByteBuffer... buffers) {
      this.buffers = buffers;
    }

    /** The next bytes; fewer if there are no more. */
    ByteBuffer[] take(int bytes) {
      if (bytes == 0 || at == buffers.length) {
        return NOTHING;
      }
      if (buffers[at].remaining() > bytes) {
        return new ByteBuffer[] {takeFromFirst(bytes)};
      }
      List<ByteBuffer> parts = new ArrayList<>();
      int due = bytes;
      while (due > 0 && at < buffers.length) {
        ByteBuffer part = takeFromFirst(Math.min(due, buffers[at].remaining()));
        due -= part.remaining();
        parts.add(part);
        if (!buffers[at].hasRemaining()) {
          at++;
        }
      }
      return parts.toArray(NOTHING);
    }

    private ByteBuffer takeFromFirst(int bytes) {
      ByteBuffer first = buffers[at];
      ByteBuffer part = first.duplicate().limit(first.position() + bytes);
      first.position(first.position() + bytes);
      return part;
    }
  }
}
