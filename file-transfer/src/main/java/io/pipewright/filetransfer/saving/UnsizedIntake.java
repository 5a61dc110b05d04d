package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of which nothing is known but its name: its bytes come in order, and its end is the end of what comes. */
final class UnsizedIntake implements Intake {

  private static final Logger log = LoggerFactory.getLogger(UnsizedIntake.class);

  private final Path folder;
  private final String name;
  private final LongConsumer progress;
  private final CompletableFuture<IOException> failure = new CompletableFuture<>();
  private final CompletableFuture<Optional<SavedFile>> ended = new CompletableFuture<>();

  private UnsizedFile file;

  /**
   * @param folder an existing folder
   * @param name the final name, one component
   * @param progress told how many bytes are on the disk, after each piece
   */
  UnsizedIntake(Path folder, String name, LongConsumer progress) {
    this.folder = folder;
    this.name = name;
    this.progress = progress;
  }

  /** Completed when the disk refuses: what comes after is thrown away. */
  CompletableFuture<IOException> failure() {
    return failure;
  }

  /** The file; nothing if no byte came; failed if the disk refused, or cancelled if it was given up. */
  CompletableFuture<Optional<SavedFile>> ended() {
    return ended;
  }

  @Override
  public void take(ByteBuf piece) {
    try {
      append(piece);
    } catch (IOException e) {
      failure.complete(e);
    } finally {
      piece.release();
    }
  }

  private void append(ByteBuf piece) throws IOException {
    if (failure.isDone()) {
      return;
    }
    if (file == null) {
      file = UnsizedFile.create(folder, name);
    }
    file.write(piece);
    progress.accept(file.length());
  }

  @Override
  public void end() {
    try {
      if (failure.isDone()) {
        throw failure.join();
      }
      ended.complete(file == null ? Optional.empty() : Optional.of(commit()));
    } catch (IOException e) {
      discard();
      ended.completeExceptionally(e);
    }
  }

  private SavedFile commit() throws IOException {
    return new SavedFile(file.commit(), file.length());
  }

  @Override
  public void abandon() {
    discard();
    ended.completeExceptionally(new CancellationException("the download has been given up"));
  }

  @Override
  public void refuse() {
    discard();
    ended.completeExceptionally(new IOException("the client is being closed"));
  }

  private void discard() {
    if (file != null) {
      try {
        file.discard();
      } catch (IOException e) {
        log.warn("a half-finished download could not be removed: {}", e.toString());
      }
    }
  }
}
