package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.safe;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A process that saves files until it is killed: {@code file-0}, {@code file-1} and so on, each going on with what the one before
 * left, and small ones beside them. It says what it knows to be saved: {@code file-3 block 7}, {@code file-3}, {@code small-12}.
 */
final class KilledSaver {

  static final int SIZE = (9 << 20) + 77;
  static final int BLOCKS = 10;
  static final int SMALL_SIZE = 20_000;

  private static final Content CONTENT = Content.of(SIZE);
  private static final Content SMALL = Content.of(SMALL_SIZE);

  private final TargetFolder target;
  private final DiskThreads disk = DiskThreads.start(2);
  private final DefaultEventExecutor loop = new DefaultEventExecutor();
  private final Random random = new Random();
  private int smallFiles;

  private KilledSaver(TargetFolder target) {
    this.target = target;
  }

  /** The folder, and the number of the first file and of the first small one. */
  public static void main(String[] args) {
    KilledSaver saver = new KilledSaver(TargetFolder.open(Path.of(args[0])));
    saver.smallFiles = Integer.parseInt(args[2]);
    say("ready");
    for (int number = Integer.parseInt(args[1]); ; number++) {
      saver.save("file-" + number);
    }
  }

  /** In one piece: a line is said or not. */
  private static void say(String line) {
    System.out.print(line + "\n");
    System.out.flush();
  }

  private void save(String name) {
    try (PartFile part = PartFile.open(target, safe(name), name(name), SIZE)) {
      part.recheck(read -> {});
      while (part.verifiedBytes() < SIZE) {
        int block = random.nextInt(BLOCKS);
        if (!part.isVerified(block)) {
          fetch(part, block);
          say(name + " block " + block);
          saveSmall();
        }
      }
      part.commit(Instant.EPOCH, ExistingFile.REFUSE, random.nextBoolean());
      say(name);
    }
  }

  private void fetch(PartFile part, int block) {
    byte[] bytes = CONTENT.block(block);
    CompletableFuture<BlockOutcome> outcome = new CompletableFuture<>();
    DiskQueue.Flow free = new DiskQueue.Flow() {
      @Override
      public void pause() {
        throw new IllegalStateException("one block is never too much");
      }

      @Override
      public void resume() {
        throw new IllegalStateException("it was not paused");
      }
    };
    loop.submit(() -> {
      DiskQueue queue = new DiskQueue(disk, loop, free);
      queue.begin(part, block, CONTENT.sum(block), outcome::complete);
      for (int at = 0; at < bytes.length; at += 64 << 10) {
        int length = Math.min(64 << 10, bytes.length - at);
        queue.write(
            PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(bytes, at, length));
      }
      queue.end();
    });
    if (!(outcome.join() instanceof BlockOutcome.Verified)) {
      throw new IllegalStateException("not verified: " + outcome.join());
    }
  }

  private void saveSmall() {
    String name = "small-" + smallFiles++;
    new SmallFile(target, safe(name), SMALL_SIZE, Instant.EPOCH, ExistingFile.REFUSE, false)
        .save(ByteBuffer.wrap(SMALL.bytes()));
    say(name);
  }
}
