package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one download's bytes from an event loop to the disk. What waits for the disk is bounded:
 * above 4 MiB the channel stops reading, below 1 MiB it goes on.
 *
 * <p>Its methods are called on the channel's event loop; the file system is touched on the executor
 * given, which runs tasks one after another. The file is created with the first byte: a download
 * that brings none leaves no trace.
 */
public final class DiskWriter {

  private static final long HIGH_WATER_BYTES = 4 << 20;
  private static final long LOW_WATER_BYTES = 1 << 20;

  private static final Logger log = LoggerFactory.getLogger(DiskWriter.class);

  private final Channel channel;
  private final Path folder;
  private final String name;
  private final Executor disk;
  private final LongConsumer progress;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final CompletableFuture<IOException> failure = new CompletableFuture<>();

  private boolean full;
  private UnsizedFile part; // the disk's thread alone touches it

  /**
   * @param channel where the bytes come from; its reading follows the disk's pace
   * @param folder where the file is to be
   * @param name its final name, one component
   * @param disk runs tasks one after another
   * @param progress told how many bytes are on the disk, after each write, on the disk's thread
   */
  public DiskWriter(
      Channel channel, Path folder, String name, Executor disk, LongConsumer progress) {
    this.channel = channel;
    this.folder = folder;
    this.name = name;
    this.disk = disk;
    this.progress = progress;
  }

  /** Whether the channel has been stopped: its silence is then not its peer's. */
  public boolean isFull() {
    return full;
  }

  /** Completed, on the disk's thread, when the disk refuses: what comes after is thrown away. */
  public CompletableFuture<IOException> failure() {
    return failure;
  }

  /**
   * Appends to the file.
   *
   * @param bytes released when they are written
   */
  public void write(ByteBuf bytes) {
    if (waitingBytes.addAndGet(bytes.readableBytes()) > HIGH_WATER_BYTES && !full) {
      full = true;
      channel.config().setAutoRead(false);
    }
    disk.execute(() -> writeNow(bytes));
  }

  private void writeNow(ByteBuf bytes) {
    int length = bytes.readableBytes();
    try {
      append(bytes);
    } catch (IOException e) {
      failure.complete(e);
    } finally {
      bytes.release();
    }
    long left = waitingBytes.addAndGet(-length);
    if (left < LOW_WATER_BYTES && left + length >= LOW_WATER_BYTES) {
      try {
        channel.eventLoop().execute(this::goOn);
      } catch (RejectedExecutionException e) {
        log.trace("the event loop ended before the download did", e);
      }
    }
  }

  private void append(ByteBuf bytes) throws IOException {
    if (failure.isDone()) {
      return;
    }
    if (part == null) {
      part = UnsizedFile.create(folder, name);
    }
    part.write(bytes);
    progress.accept(part.length());
  }

  private void goOn() {
    if (full && waitingBytes.get() < LOW_WATER_BYTES) {
      full = false;
      channel.config().setAutoRead(true);
    }
  }

  /**
   * Gives the file its final name when everything is written.
   *
   * @return the file; nothing if no byte came; failed with an {@code IOException} if the disk
   *     refused, and then nothing is left behind
   */
  public CompletableFuture<Optional<SavedFile>> commit() {
    return CompletableFuture.supplyAsync(
        () -> {
          if (part == null && !failure.isDone()) {
            return Optional.empty();
          }
          try {
            if (failure.isDone()) {
              throw failure.join();
            }
            return Optional.of(new SavedFile(part.commit(), part.length()));
          } catch (IOException e) {
            discardNow();
            throw new CompletionException(e);
          }
        },
        disk);
  }

  /**
   * Gives up: removes what has been written so far.
   *
   * @return completed when nothing is left
   */
  public CompletableFuture<Void> discard() {
    return CompletableFuture.runAsync(this::discardNow, disk);
  }

  private void discardNow() {
    if (part != null) {
      try {
        part.discard();
      } catch (IOException e) {
        log.warn("a half-finished download could not be removed: {}", e.toString());
      }
    }
  }
}
