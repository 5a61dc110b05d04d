package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DiskQueueTest {

  private static final int SIZE = (3 << 20) + 4_567; // four blocks
  private static final Content CONTENT = Content.of(SIZE);

  @TempDir
  Path folder;

  private final DefaultEventExecutor loop = new DefaultEventExecutor();
  private final DiskThreads disk = DiskThreads.start(2);
  private TargetFolder target;
  private PartFile part;

  @BeforeEach
  void openTheFile() {
    target = TargetFolder.open(folder);
    part = PartFile.open(target, safe("a.bin"), name("a.bin"), SIZE);
  }

  @AfterEach
  void closeEverything() {
    disk.close();
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    part.close();
    target.close();
  }

  /** A queue, called as a connection calls it, and what became of its pieces. */
  private final class Line implements DiskQueue.Flow {

    private final DiskQueue queue = new DiskQueue(disk, loop, this);
    private final List<ByteBuf> pieces = new ArrayList<>();
    private CompletableFuture<BlockOutcome> outcome;
    private int pauses;
    private int resumptions;

    @Override
    public void pause() {
      pauses++;
    }

    @Override
    public void resume() {
      assertThat(loop.inEventLoop()).isTrue();
      resumptions++;
    }

    Line begin(long block, int sum) {
      outcome = new CompletableFuture<>();
      return call(() -> queue.begin(part, block, sum, outcome::complete));
    }

    Line begin(SmallFile file, int sum) {
      outcome = new CompletableFuture<>();
      CompletableFuture<BlockOutcome> only = outcome;
      return call(() -> queue.begin(
          List.of(PackedFile.wanted(file, sum)), outcomes -> only.complete(outcomes.get(0))));
    }

    Line write(byte[] bytes) {
      return write(PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes));
    }

    Line write(ByteBuf piece) {
      pieces.add(piece);
      return call(() -> queue.write(piece));
    }

    CompletableFuture<BlockOutcome> end() {
      call(queue::end);
      return outcome;
    }

    Line call(Runnable call) {
      loop.submit(call).syncUninterruptibly();
      return this;
    }

    void released() {
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> pieces.stream().allMatch(piece -> piece.refCnt() == 0));
    }
  }

  private static byte[] first(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static byte[] second(byte[] bytes) {
    return Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length);
  }

  private static byte[] wrong(byte[] bytes) {
    byte[] wrong = bytes.clone();
    wrong[wrong.length / 3] ^= 1;
    return wrong;
  }

  private byte[] onDisk(long block) throws IOException {
    byte[] all = java.nio.file.Files.readAllBytes(folder.resolve(".a.bin.pipewright-part"));
    return new Content(all).block(block);
  }

  @Test
  void writesBlocksInPiecesOfAnyKind() throws IOException {
    Line line = new Line();
    for (long block : new long[] {3, 0, 2}) {
      byte[] bytes = CONTENT.block(block);
      line.begin(block, CONTENT.sum(block));
      line.write(Unpooled.wrappedBuffer(
          Unpooled.wrappedBuffer(bytes, 0, 10), Unpooled.copiedBuffer(bytes, 10, 990)));
      line.write(Arrays.copyOfRange(bytes, 1000, bytes.length));
      assertThat(line.end().join()).isInstanceOf(BlockOutcome.Verified.class);
      assertThat(onDisk(block)).isEqualTo(bytes);
    }
    assertThat(part.verifiedBlocks().stream()).containsExactly(0, 2, 3);
    line.released();
  }

  @Test
  void notesNoBlockWhoseSumIsWrong() {
    Line line = new Line().begin(1, CONTENT.sum(1)).write(wrong(CONTENT.block(1)));
    int sum = Content.sum(wrong(CONTENT.block(1)));
    assertThat(line.end().join()).isEqualTo(new BlockOutcome.WrongSum(sum));
    assertThat(part.isVerified(1)).isFalse();

    line.begin(1, CONTENT.sum(1)).write(CONTENT.block(1));
    assertThat(line.end().join()).isInstanceOf(BlockOutcome.Verified.class);
    line.released();
  }

  @Test
  void notesNoBlockThatIsTooShortOrTooLong() throws IOException {
    byte[] bytes = CONTENT.block(1);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    for (byte[] other : List.of(first(bytes), longer, new byte[0])) {
      Line line = new Line().begin(1, Content.sum(other)).write(other);
      assertThat(line.end().join()).isInstanceOf(BlockOutcome.WrongSum.class);
      line.released();
    }
    assertThat(part.isVerified(1)).isFalse();
    assertThat(onDisk(2)[0]).isZero();
  }

  @Test
  void letsTheFirstOfTwoWinWhoeverBegan() throws IOException {
    byte[] bytes = CONTENT.block(1);
    Line slow = new Line().begin(1, CONTENT.sum(1)).write(first(bytes)).call(() -> {});
    Line early = new Line(); // so that the slow one has its turn for sure
    early.begin(0, CONTENT.sum(0)).write(CONTENT.block(0)).end().join();
    slow.write(new byte[300_000]);
    await().until(() -> slow.pieces.get(0).refCnt() == 0);

    Line fast = new Line().begin(1, CONTENT.sum(1)).write(first(bytes)).write(second(bytes));
    assertThat(fast.end().join()).isInstanceOf(BlockOutcome.Verified.class);
    assertThat(onDisk(1)).isEqualTo(bytes);

    slow.write(new byte[Blocks.BYTES / 2 - 300_000]);
    assertThat(slow.end().join()).isInstanceOf(BlockOutcome.Superfluous.class);
    assertThat(onDisk(1)).isEqualTo(bytes);
    slow.released();
    fast.released();
  }

  @Test
  void letsNoWrongBytesOverRightOnes() throws IOException {
    new Line().begin(1, CONTENT.sum(1)).write(CONTENT.block(1)).end().join();
    Line late = new Line().begin(1, CONTENT.sum(1)).write(wrong(CONTENT.block(1)));
    assertThat(late.end().join()).isInstanceOf(BlockOutcome.Superfluous.class);
    assertThat(onDisk(1)).isEqualTo(CONTENT.block(1));
  }

  /** Four lines bring every block several times, often wrong, in pieces of any length, and give up now and then. */
  @Test
  void endsWithTheRightBytesWhateverComes() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      Line line = new Line();
      all.add(CompletableFuture.runAsync(() -> {
        for (int i = 0; i < 40; i++) {
          bring(line, random);
        }
      }));
    }
    CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(25, TimeUnit.SECONDS);
    for (int block = 0; block < 4; block++) {
      if (part.isVerified(block)) {
        assertThat(onDisk(block)).isEqualTo(CONTENT.block(block));
      } else {
        new Line()
            .begin(block, CONTENT.sum(block))
            .write(CONTENT.block(block))
            .end()
            .join();
      }
    }
    part.commit(Instant.EPOCH, ExistingFile.REFUSE, false);
    assertThat(folder.resolve("a.bin")).hasBinaryContent(CONTENT.bytes());
  }

  private static void bring(Line line, Random random) {
    int block = random.nextInt(4);
    byte[] bytes = CONTENT.block(block);
    if (random.nextInt(3) > 0) {
      bytes = wrong(bytes);
    }
    line.begin(block, CONTENT.sum(block));
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(400_000));
      line.write(Arrays.copyOfRange(bytes, at, end));
      at = end;
      if (random.nextInt(20) == 0) {
        line.call(line.queue::abandon);
        return;
      }
    }
    line.end().join();
    line.released();
  }

  @Test
  void pausesTheConnectionWhileTheDiskIsSlow() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      disk.execute(() -> awaitOpen(slow));
    }
    Line line = new Line();
    for (int i = 0; i < 4; i++) {
      line.begin(i % 3, CONTENT.sum(i % 3)).write(CONTENT.block(i % 3)).end();
    }
    assertThat(line.pauses).isZero(); // 4 MiB wait
    line.begin(3, CONTENT.sum(3)).write(CONTENT.block(3)).end();
    assertThat(line.pauses).isOne();
    assertThat(line.queue.isFull()).isTrue();
    assertThat(line.resumptions).isZero();

    slow.countDown();
    assertThat(line.outcome.join()).isInstanceOf(BlockOutcome.Verified.class);
    await().until(() -> line.resumptions == 1);
    assertThat(line.queue.isFull()).isFalse();
    assertThat(disk.waitingBytes()).hasValue(0);
    line.released();
  }

  @Test
  void pausesAllConnectionsTogether() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      disk.execute(() -> awaitOpen(slow));
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Line line = new Line();
      lines.add(line);
      line.begin(0, CONTENT.sum(0)).write(CONTENT.block(0)).end();
      assertThat(line.pauses).isEqualTo(i < 16 ? 0 : 1);
    }
    slow.countDown();
    for (Line line : lines) {
      line.outcome.join();
      await().until(() -> line.resumptions == line.pauses);
      line.released();
    }
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void savesSmallFilesWhenTheirSumIsRight() throws IOException {
    byte[] bytes = Content.of(5_000).bytes();
    SmallFile file =
        new SmallFile(target, safe("x/small"), 5_000, Instant.EPOCH, ExistingFile.REFUSE, false);
    Line line = new Line().begin(file, 1).write(bytes);
    assertThat(line.end().join()).isEqualTo(new BlockOutcome.WrongSum(Content.sum(bytes)));
    line.begin(file, Content.sum(first(bytes))).write(first(bytes));
    assertThat(line.end().join()).isInstanceOf(BlockOutcome.WrongSum.class);
    assertThat(folder.resolve("x")).doesNotExist();

    line.begin(file, Content.sum(bytes)).write(first(bytes)).write(second(bytes));
    Path path = target.pathOf(file.name());
    assertThat(line.end().join()).isEqualTo(new BlockOutcome.Placed(new SavedFile(path, 5_000)));
    assertThat(path).hasBinaryContent(bytes);

    line.begin(file, Content.sum(bytes)).write(bytes);
    assertThat(line.end().join())
        .isInstanceOfSatisfying(
            BlockOutcome.NotWritten.class,
            failed -> assertThat(failed.cause()).isInstanceOf(TargetExistsException.class));
    line.released();
  }

  private PackedFile packed(String name, byte[] bytes, int sum) {
    return new PackedFile(
        bytes.length,
        sum,
        Optional.of(new SmallFile(
            target, safe(name), bytes.length, Instant.EPOCH, ExistingFile.REFUSE, false)));
  }

  @Test
  void savesOfAPackEachFileThatIsRightHoweverItIsCut() throws Exception {
    byte[] bytes = Content.of(9_000).bytes();
    byte[] one = Arrays.copyOf(bytes, 4_000);
    byte[] passedOver = Arrays.copyOfRange(bytes, 4_000, 5_000);
    byte[] bad = Arrays.copyOfRange(bytes, 5_000, 5_001);
    byte[] last = Arrays.copyOfRange(bytes, 5_001, 9_000);
    for (int cut : new int[] {1, 999, 4_000, 9_000}) {
      List<PackedFile> files = List.of(
          packed(cut + "/one", one, Content.sum(one)),
          packed(cut + "/empty", new byte[0], 0),
          new PackedFile(passedOver.length, 0, Optional.empty()),
          packed(cut + "/bad", bad, 1),
          packed(cut + "/last", last, Content.sum(last)));
      CompletableFuture<List<BlockOutcome>> outcomes = new CompletableFuture<>();
      Line line = new Line();
      line.call(() -> line.queue.begin(files, outcomes::complete));
      for (int at = 0; at < bytes.length; at += cut) {
        line.write(Arrays.copyOfRange(bytes, at, Math.min(at + cut, bytes.length)));
      }
      line.end();

      assertThat(outcomes.get(10, TimeUnit.SECONDS))
          .hasExactlyElementsOfTypes(
              BlockOutcome.Placed.class,
              BlockOutcome.Placed.class,
              BlockOutcome.WrongSum.class,
              BlockOutcome.Placed.class);
      Path saved = folder.resolve(String.valueOf(cut));
      assertThat(saved.resolve("one")).hasBinaryContent(one);
      assertThat(saved.resolve("empty")).isEmptyFile();
      assertThat(saved.resolve("last")).hasBinaryContent(last);
      assertThat(saved.toFile().list()).hasSize(3);
      line.released();
    }
  }

  @Test
  void savesNothingOfAPackThatIsNotWhole() throws Exception {
    byte[] bytes = Content.of(1_000).bytes();
    CompletableFuture<List<BlockOutcome>> outcomes = new CompletableFuture<>();
    Line line = new Line();
    List<PackedFile> files = List.of(packed("whole", bytes, Content.sum(bytes)));
    line.call(() -> line.queue.begin(files, outcomes::complete))
        .write(first(bytes))
        .end();
    assertThat(outcomes.get(10, TimeUnit.SECONDS))
        .hasExactlyElementsOfTypes(BlockOutcome.WrongSum.class);

    line.call(() -> line.queue.begin(files, outcomes::complete)).write(bytes);
    line.call(line.queue::abandon);
    line.released();
    assertThat(folder.resolve("whole")).doesNotExist();
  }

  @Test
  void wakesTheEventLoopOnceForManySmallFiles() {
    AtomicInteger wakings = new AtomicInteger();
    EventExecutor counting = new DefaultEventLoop() {
      @Override
      public void execute(Runnable task) {
        if (!inEventLoop()) {
          wakings.incrementAndGet();
        }
        super.execute(task);
      }
    };
    byte[] bytes = Content.of(100).bytes();
    Line idle = new Line();
    DiskQueue queue = new DiskQueue(disk, counting, idle);
    List<BlockOutcome> outcomes = new CopyOnWriteArrayList<>();
    try {
      counting
          .submit(() -> {
            for (int i = 0; i < 60; i++) {
              SmallFile file = new SmallFile(
                  target, safe("many/" + i), 100, Instant.EPOCH, ExistingFile.REFUSE, false);
              queue.begin(List.of(PackedFile.wanted(file, Content.sum(bytes))), became -> {
                assertThat(counting.inEventLoop()).isTrue();
                outcomes.addAll(became);
              });
              queue.write(Unpooled.copiedBuffer(bytes));
              queue.end();
            }
          })
          .syncUninterruptibly();
      await().until(() -> outcomes.size() == 60);
      assertThat(outcomes).allMatch(BlockOutcome.Placed.class::isInstance);
      assertThat(wakings).hasValueLessThan(30);
    } finally {
      counting.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }

  @Test
  void givesUpWhatHasBegun() {
    Line line = new Line().begin(0, CONTENT.sum(0)).write(first(CONTENT.block(0)));
    line.call(line.queue::abandon);
    line.released();
    line.begin(0, CONTENT.sum(0)).write(CONTENT.block(0));
    assertThat(line.end().join()).isInstanceOf(BlockOutcome.Verified.class);
    line.call(line.queue::abandon); // nothing has begun
  }

  @Test
  void saysThatTheDiskRefuses() {
    part.close();
    Line line = new Line().begin(0, CONTENT.sum(0)).write(CONTENT.block(0));
    assertThat(line.end().join()).isInstanceOf(BlockOutcome.NotWritten.class);
    line.released();
  }

  @Test
  void releasesWhatComesWhenItsThreadsHaveEnded() throws IOException {
    disk.close();
    Line line = new Line().begin(0, CONTENT.sum(0)).write(CONTENT.block(0)).write(new byte[1]);
    assertThat(line.end().join()).isInstanceOf(BlockOutcome.NotWritten.class);
    line.released();
    assertThat(disk.waitingBytes()).hasValue(0);
    assertThat(names(folder)).hasSize(2);
  }

  @Test
  void takesOneThingAtATime() {
    Line line = new Line().begin(0, CONTENT.sum(0));
    assertThatThrownBy(() -> line.begin(1, 0)).isInstanceOf(IllegalStateException.class);
    line.call(line.queue::abandon);
    assertThatThrownBy(() -> line.call(line.queue::end)).isInstanceOf(IllegalStateException.class);
  }
}
