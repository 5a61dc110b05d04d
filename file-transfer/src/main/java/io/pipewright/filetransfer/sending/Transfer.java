package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Sends one open file to one channel, from its first byte to the length it had when it was opened.
 *
 * <pre>
 *            worker                             event loop
 *   make a stretch ready ──► its pieces ──► write and flush one ──► written: the next one
 *            ▲                                                          │
 *            └──────────── while at most one stretch is unwritten ──────┘
 * </pre>
 *
 * <p>So the memory of a transfer is bounded, a slow peer holds no worker, a fast one no event loop,
 * and neither side waits for the other while there is anything to do. Everything but the reading
 * happens on the channel's event loop.
 *
 * <p>A failure (the file became shorter, the disk failed, the peer is gone) fails the future and
 * sends no more; what the peer is to be told is the caller's to decide.
 */
public final class Transfer {

  private final Channel channel;
  private final SharedFile file;
  private final FileWorkers workers;
  private final PieceReader reader;
  private final Promise<Void> done;
  private final Queue<Piece> ready = new ArrayDeque<>();

  private long askedPosition;
  private long writtenPosition;
  private boolean reading;
  private boolean writing;

  private Transfer(Channel channel, StoredFile file, FileWorkers workers) {
    this.channel = channel;
    this.file = new SharedFile(file, workers);
    this.workers = workers;
    this.reader = PieceReader.suiting(channel, file);
    this.done = channel.eventLoop().newPromise();
    done.addListener(ended -> release());
  }

  /**
   * Begins to send.
   *
   * @param channel where to; called on its event loop
   * @param file what; the transfer takes it over and closes it in the end
   * @param workers who reads
   * @return the transfer under way
   */
  public static Transfer start(Channel channel, StoredFile file, FileWorkers workers) {
    Transfer transfer = new Transfer(channel, file, workers);
    transfer.readOn();
    transfer.writeOn();
    return transfer;
  }

  /**
   * Completed on the event loop: with success when every byte has been handed to the operating
   * system, else with the reason.
   */
  public Future<Void> done() {
    return done;
  }

  /**
   * Sends no more. Called on the event loop; a transfer that has ended is left as it is.
   *
   * @param reason becomes the message of the {@code CancellationException} that {@link #done} fails with
   */
  public void cancel(String reason) {
    done.tryFailure(new CancellationException(reason));
  }

  private void readOn() {
    long unwritten = askedPosition - writtenPosition;
    if (done.isDone()
        || reading
        || unwritten > reader.stretchBytes()
        || askedPosition == file.size()) {
      return;
    }
    reading = true;
    long position = askedPosition;
    int length = (int) Math.min(reader.stretchBytes(), file.size() - position);
    askedPosition += length;
    file.retain();
    workers.execute(() -> read(position, length));
  }

  /** On a worker. */
  private void read(long position, int length) {
    List<Piece> pieces = List.of();
    Throwable failure = null;
    try {
      pieces = reader.read(file, position, length);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      failure = e;
    } finally {
      file.release();
    }
    List<Piece> stretch = pieces;
    Throwable reason = failure;
    try {
      channel.eventLoop().execute(() -> takeOver(stretch, reason));
    } catch (RejectedExecutionException e) {
      release(stretch); // the event loop has ended, and the channel with it
    }
  }

  private void takeOver(List<Piece> stretch, Throwable failure) {
    reading = false;
    if (failure != null) {
      done.tryFailure(failure);
    } else if (done.isDone()) {
      release(stretch);
    } else {
      ready.addAll(stretch);
      readOn();
      writeOn();
    }
  }

  private void writeOn() {
    if (done.isDone() || writing) {
      return;
    }
    if (writtenPosition == file.size()) {
      done.trySuccess(null);
      return;
    }
    Piece piece = ready.poll();
    if (piece != null) {
      writing = true;
      channel.writeAndFlush(piece.message()).addListener(write -> written(piece, write));
    }
  }

  private void written(Piece piece, Future<?> write) {
    writing = false;
    if (!write.isSuccess()) {
      done.tryFailure(write.cause());
      return;
    }
    writtenPosition += piece.bytes();
    readOn();
    channel.eventLoop().execute(this::writeOn); // not at once: others on this loop have their turn
  }

  private void release() {
    release(ready);
    ready.clear();
    file.release();
  }

  private static void release(Iterable<Piece> pieces) {
    pieces.forEach(piece -> piece.message().release());
  }
}
