package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a transfer of buffers holds of the memory, to a peer that takes what the test lets through. */
@Timeout(20)
class TransferMemoryTest {

  private static final int SIZE = 20 << 20;

  /** The part for anybody is one piece. */
  private static final int SHARE = 32 << 20;

  private static final int STRETCH = 128 << 10;

  private final FileWorkers workers = new FileWorkers(2, 100);
  private final BufferShare share = new BufferShare(SHARE);
  private final Gate gate = new Gate();
  private final EmbeddedChannel channel = new EmbeddedChannel(gate);

  @TempDir
  Path root;

  private FileChannel file;

  /** Holds writes back. */
  private static final class Gate extends ChannelOutboundHandlerAdapter {
    final Deque<ByteBuf> buffers = new ArrayDeque<>();
    final Deque<ChannelPromise> promises = new ArrayDeque<>();
    int passedBytes;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      buffers.add((ByteBuf) message);
      promises.add(promise);
    }

    void letOneThrough() {
      passedBytes += buffers.element().readableBytes();
      buffers.remove().release();
      promises.remove().setSuccess();
    }
  }

  @BeforeEach
  void open() throws IOException {
    Path path = root.resolve("f");
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(SIZE);
    }
    file = FileChannel.open(path);
  }

  @AfterEach
  void close() throws IOException {
    channel.finishAndReleaseAll();
    workers.close();
    file.close();
  }

  private Transfer start() {
    FileSender sender =
        new FileSender(workers, new TransferLimits(1, 1), share, new SumCache(1 << 20));
    FilterFile stored = new FilterFile(new ChannelFile(file, SIZE)) {
      @Override
      public Optional<FileChannel> channel() {
        return Optional.empty();
      }
    };
    return ((FileSender.Sending.Begun) sender.send(channel, stored)).transfer();
  }

  private void awaitPiece() {
    await().pollInterval(Duration.ofMillis(2)).until(() -> {
      channel.runPendingTasks();
      return !gate.buffers.isEmpty();
    });
  }

  private void awaitHeld(long bytes) {
    await().pollInterval(Duration.ofMillis(2)).until(() -> {
      channel.runPendingTasks();
      return share.heldBytes() == bytes;
    });
  }

  private void letThroughUpTo(int end) {
    while (gate.passedBytes < end) {
      awaitPiece();
      gate.letOneThrough();
    }
  }

  @Test
  void holdsOneStretchOfAPeerThatTakesNothingAndTwoBlocksOfOneThatTakesMuch() {
    Transfer transfer = start();
    awaitPiece();
    awaitHeld(STRETCH);
    letThroughUpTo(STRETCH);
    awaitPiece();
    awaitHeld(STRETCH);
    letThroughUpTo(12 << 20);
    awaitPiece();
    awaitHeld(2 << 20);
    letThroughUpTo(SIZE);
    awaitHeld(0);
    assertThat(transfer.done().isSuccess()).isTrue();
  }

  @Test
  void holdsNothingWhenItWasCancelledAndItsLastPieceHasLeft() {
    Transfer transfer = start();
    letThroughUpTo(12 << 20);
    awaitPiece();
    awaitHeld(2 << 20);
    transfer.cancel("enough");
    awaitHeld(gate.buffers.element().readableBytes());
    gate.letOneThrough();
    assertThat(share.heldBytes()).isZero();
  }

  @Test
  void holdsNothingAfterAWriteThatFails() {
    start();
    awaitPiece();
    gate.buffers.remove().release();
    gate.promises.remove().setFailure(new ClosedChannelException());
    awaitHeld(0);
  }

  @Test
  void holdsNothingAfterAReadThatFails() throws IOException {
    file.close();
    Transfer transfer = start();
    awaitHeld(0);
    assertThat(transfer.done().cause()).isInstanceOf(ClosedChannelException.class);
  }
}
