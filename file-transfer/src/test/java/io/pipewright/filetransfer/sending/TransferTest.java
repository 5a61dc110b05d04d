package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A transfer to a channel whose every write waits until the test lets it through. */
@Timeout(20)
class TransferTest {

  private static final int SIZE = 40 << 20;
  private static final int PIECE = 1 << 20;

  private final FileWorkers workers = new FileWorkers(2, 100);
  private final Gate gate = new Gate();
  private final EmbeddedChannel channel = new EmbeddedChannel(gate);

  @TempDir
  Path root;

  private StoredFile file;

  /** Holds writes back. */
  private static final class Gate extends ChannelOutboundHandlerAdapter {
    final Deque<DefaultFileRegion> regions = new ArrayDeque<>();
    final Deque<ChannelPromise> promises = new ArrayDeque<>();
    long passedBytes;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      regions.add((DefaultFileRegion) message);
      promises.add(promise);
    }

    void letOneThrough() {
      DefaultFileRegion region = regions.remove();
      assertThat(region.position()).isEqualTo(passedBytes);
      passedBytes += region.count();
      region.release();
      promises.remove().setSuccess();
    }

    void failOne(Throwable cause) {
      regions.remove().release();
      promises.remove().setFailure(cause);
    }
  }

  @BeforeEach
  void open() throws IOException {
    Path path = root.resolve("f");
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(SIZE);
    }
    file = new ChannelFile(FileChannel.open(path), SIZE);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    workers.close();
  }

  private Transfer start() {
    FileSender sender = new FileSender(
        workers, new TransferLimits(1, 1), new BufferShare(1 << 20), new SumCache(1 << 20));
    return ((FileSender.Sending.Begun) sender.send(channel, file)).transfer();
  }

  private void awaitPiece() {
    await().pollInterval(Duration.ofMillis(2)).until(() -> {
      channel.runPendingTasks();
      return !gate.regions.isEmpty();
    });
  }

  private void awaitClosedFile() {
    await().pollInterval(Duration.ofMillis(2)).until(() -> {
      channel.runPendingTasks();
      return !file.channel().orElseThrow().isOpen();
    });
  }

  @Test
  void sendsTheWholeFileInOrderInShortPieces() {
    Transfer transfer = start();
    while (gate.passedBytes < SIZE) {
      awaitPiece();
      assertThat(gate.regions).singleElement().matches(region -> region.count() <= PIECE);
      assertThat(transfer.done().isDone()).isFalse();
      gate.letOneThrough();
    }
    awaitClosedFile();
    assertThat(transfer.done().isSuccess()).isTrue();
    assertThat(gate.passedBytes).isEqualTo(SIZE);
  }

  @Test
  void writesOnePieceAtATimeSoThatOthersHaveTheirTurn() {
    start();
    awaitPiece();
    gate.letOneThrough();
    assertThat(gate.regions).as("the next piece before other tasks of the loop").isEmpty();
    awaitPiece();
    assertThat(gate.regions).hasSize(1);
    cancel();
  }

  private void cancel() {
    gate.failOne(new ClosedChannelException());
    awaitClosedFile();
  }

  @Test
  void endsWithTheWriteThatFailsAndClosesTheFile() {
    Transfer transfer = start();
    awaitPiece();
    IOException reset = new IOException("Connection reset by peer");
    gate.failOne(reset);
    awaitClosedFile();
    assertThat(transfer.done().cause()).isSameAs(reset);
    assertThat(gate.regions).isEmpty();
  }

  @Test
  void closesACancelledFileOnlyWhenItsLastRegionHasBeenWritten() {
    Transfer transfer = start();
    awaitPiece();
    transfer.cancel("enough");
    assertThat(transfer.done().cause())
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
    channel.runPendingTasks();
    assertThat(file.channel().orElseThrow().isOpen()).isTrue();
    gate.letOneThrough();
    awaitClosedFile();
    assertThat(gate.regions).isEmpty();
  }

  @Test
  void failsWhenTheFileBecomesShorterThanItWas() throws IOException {
    try (RandomAccessFile shorter = new RandomAccessFile(root.resolve("f").toFile(), "rw")) {
      shorter.setLength(1000);
    }
    Transfer transfer = start();
    awaitClosedFile();
    assertThat(transfer.done().cause())
        .isInstanceOf(FileTruncatedException.class)
        .hasMessageContaining(SIZE + " bytes were promised, and there is none at position");
  }

  @Test
  void sendsNothingOfAnEmptyFile() throws IOException {
    file.close();
    file = new ChannelFile(FileChannel.open(root.resolve("f")), 0);
    Transfer transfer = start();
    assertThat(transfer.done().isSuccess()).isTrue();
    awaitClosedFile();
    assertThat(gate.regions).isEmpty();
  }
}
