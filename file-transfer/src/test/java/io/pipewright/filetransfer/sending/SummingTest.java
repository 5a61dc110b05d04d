package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SummingTest {

  private static final int SIZE = Blocks.BYTES + 1_000;

  private final byte[] content = new byte[SIZE];
  private final FileWorkers workers = new FileWorkers(1, 1);
  private final Summing summing = new Summing(new SumCache(1 << 20));

  @TempDir
  Path temp;

  private CountingChannel channel;
  private SharedFile file;

  @BeforeEach
  void open() throws IOException {
    new Random(2).nextBytes(content);
    channel = new CountingChannel(FileChannel.open(Files.write(temp.resolve("f"), content)));
    file = new SharedFile(new ChannelFile(channel, SIZE), workers);
  }

  @AfterEach
  void close() {
    file.release();
    workers.close();
  }

  private int expected(int from, int length) {
    return BlockSums.of(ByteBuffer.wrap(content, from, length));
  }

  @Test
  void knowsASumOnlyWhenItHasBeenConfirmed() throws IOException {
    int sum = summing.read(file, 0, Blocks.BYTES);
    assertThat(sum).isEqualTo(expected(0, Blocks.BYTES));
    assertThat(summing.known(file, 0, Blocks.BYTES)).isEmpty();
    summing.confirm(file, 0, Blocks.BYTES, sum);
    assertThat(summing.known(file, 0, Blocks.BYTES)).hasValue(sum);
    assertThat(summing.known(file, Blocks.BYTES, 1_000)).isEmpty();
  }

  @Test
  void remembersTheShortLastBlockAndNoPartOfAnother() throws IOException {
    summing.confirm(file, Blocks.BYTES, 1_000, summing.read(file, Blocks.BYTES, 1_000));
    summing.confirm(file, 0, 1_000, summing.read(file, 0, 1_000));
    assertThat(summing.known(file, Blocks.BYTES, 1_000)).hasValue(expected(Blocks.BYTES, 1_000));
    assertThat(summing.known(file, 0, 1_000)).isEmpty();
    assertThat(summing.known(file, 0, Blocks.BYTES)).isEmpty();
  }

  @Test
  void readsABlockOnceForAllWhoWantItsSumAtTheSameTime() throws Exception {
    CountDownLatch letRead = new CountDownLatch(1);
    SharedFile shared = new SharedFile(new HeldFile(channel, letRead), workers);
    int readers = 4;
    List<Thread> started = new CopyOnWriteArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(readers, task -> {
      Thread thread = new Thread(task);
      started.add(thread);
      return thread;
    });
    try {
      List<Future<Integer>> sums = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        sums.add(threads.submit(() -> summing.read(shared, 0, Blocks.BYTES)));
      }
      await()
          .until(() -> started.size() == readers
              && started.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
      letRead.countDown();
      for (Future<Integer> sum : sums) {
        assertThat(sum.get(10, TimeUnit.SECONDS)).isEqualTo(expected(0, Blocks.BYTES));
      }
    } finally {
      letRead.countDown();
      threads.shutdownNow();
    }
    assertThat(channel.bytesRead()).isEqualTo(Blocks.BYTES);
  }

  /** A file whose bytes come when the test says so. */
  private static final class HeldFile extends FilterFile {

    private final CountDownLatch letRead;

    HeldFile(FileChannel channel, CountDownLatch letRead) {
      super(new ChannelFile(channel, SIZE));
      this.letRead = letRead;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      try {
        letRead.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return super.read(target, position);
    }
  }

  @Test
  void tellsThoseWhoWaitThatTheFileIsShorter() {
    SharedFile longer = new SharedFile(new ChannelFile(channel, 3L * Blocks.BYTES), workers);
    assertThatThrownBy(() -> summing.read(longer, Blocks.BYTES, Blocks.BYTES))
        .isInstanceOf(FileTruncatedException.class);
    assertThatThrownBy(() -> summing.read(longer, Blocks.BYTES, Blocks.BYTES))
        .as("again, with nothing left under way")
        .isInstanceOf(FileTruncatedException.class);
  }
}
