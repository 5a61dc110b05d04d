package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Takes one download of unknown length from an event loop to the disk, through a {@link DiskQueue}: when too much waits, the channel
 * is not read from. The file is created with the first byte: a download that brings none leaves no trace. It replaces what has its
 * name.
 *
 * <p>Its methods are called on the channel's event loop.
 */
public final class DiskWriter {

  private final UnsizedIntake intake;
  private final DiskQueue queue;

  /**
   * @param channel where the bytes come from; its reading follows the disk's pace
   * @param folder where the file is to be
   * @param name its final name, one component
   * @param disk may wait for the disk
   * @param progress told how many bytes are on the disk, after each write, on the disk's thread
   */
  public DiskWriter(
      Channel channel, Path folder, String name, Executor disk, LongConsumer progress) {
    AtomicLong waiting =
        disk instanceof DiskThreads threads ? threads.waitingBytes() : new AtomicLong();
    intake = new UnsizedIntake(folder, name, progress);
    queue = new DiskQueue(disk, waiting, channel.eventLoop(), new AutoRead(channel));
    queue.begin(intake);
  }

  /** Stops a channel that reads by itself. */
  private record AutoRead(Channel channel) implements DiskQueue.Flow {

    @Override
    public void pause() {
      channel.config().setAutoRead(false);
    }

    @Override
    public void resume() {
      channel.config().setAutoRead(true);
    }
  }

  /** Whether the channel has been stopped: its silence is then not its peer's. */
  public boolean isFull() {
    return queue.isFull();
  }

  /** Completed, on the disk's thread, when the disk refuses: what comes after is thrown away. */
  public CompletableFuture<IOException> failure() {
    return intake.failure();
  }

  /**
   * Appends to the file.
   *
   * @param bytes released when they are written
   */
  public void write(ByteBuf bytes) {
    queue.write(bytes);
  }

  /**
   * Gives the file its final name when everything is written.
   *
   * @return the file; nothing if no byte came; failed with an {@code IOException} if the disk
   *     refused, and then nothing is left behind
   */
  public CompletableFuture<Optional<SavedFile>> commit() {
    queue.end();
    return intake.ended().thenApply(file -> file);
  }

  /**
   * Gives up: removes what has been written so far.
   *
   * @return completed when nothing is left
   */
  public CompletableFuture<Void> discard() {
    queue.abandon();
    return intake.ended().handle((file, givenUp) -> null);
  }
}
