package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.pipewright.filetransfer.block.Blocks;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Sends a part of one open file to one channel.
 *
 * <pre>
 *            worker                             event loop
 *   make a stretch ready ──► its pieces ──► write and flush one ──► written: the next one
 *            ▲                                                          │
 *            └──────────── while at most one stretch is unwritten ──────┘
 *                          (none, until the peer has shown that it is worth the memory)
 * </pre>
 *
 * <p>So the memory of a transfer is bounded, a slow peer holds no worker, a fast one no event loop,
 * and neither side waits for the other while there is anything to do. Everything but the reading
 * happens on the channel's event loop.
 *
 * <p>A failure (the file became shorter or was changed, the disk failed, the peer is gone) fails the future: after what was
 * ready before has been written, unless it is the writing that failed. Then no more is sent; what the peer is to be told is the
 * caller's to decide.
 */
public final class Transfer {

  private final Channel channel;
  private final SharedFile file;
  private final FileWorkers workers;
  private final PieceReader reader;
  private final TransferMemory memory;
  private final long end;
  private final Promise<Void> done;
  private final Queue<Piece> ready = new ArrayDeque<>();

  private long askedPosition;
  private long writtenPosition;
  private int stretchBytes;
  private boolean reading;
  private boolean writing;
  private boolean endsAtBlock;
  private boolean inBlock;
  private Throwable failure;

  /** Takes over one reference to the file. */
  Transfer(
      Channel channel,
      SharedFile file,
      FileWorkers workers,
      PieceReader reader,
      TransferMemory memory,
      FilePart part) {
    this.channel = channel;
    this.file = file;
    this.workers = workers;
    this.reader = reader;
    this.memory = memory;
    this.askedPosition = part.begin();
    this.writtenPosition = part.begin();
    this.end = part.end();
    this.done = channel.eventLoop().newPromise();
    done.addListener(ended -> release());
  }

  void start() {
    readOn();
    writeOn();
  }

  /**
   * Completed on the event loop: with success when every byte has been handed to the operating
   * system, or those up to the end of a block ({@link #endAtBlock}); else with the reason.
   */
  public Future<Void> done() {
    return done;
  }

  /** Behind the last byte of the file that was handed to the operating system. */
  public long position() {
    return writtenPosition;
  }

  /** Whether a block's header has been written and not yet all of its bytes: then the peer can be told nothing else. */
  public boolean isInBlock() {
    return inBlock;
  }

  /** Begins no more blocks: the transfer ends with success after the one under way, if one is. Called on the event loop. */
  public void endAtBlock() {
    endsAtBlock = true;
    writeOn();
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
    long mayBeUnwritten = memory.allowsReadingAhead() ? stretchBytes : 0;
    if (done.isDone()
        || reading
        || failure != null
        || unwritten > mayBeUnwritten
        || askedPosition == end) {
      return;
    }
    reading = true;
    long position = askedPosition;
    int length = reader.stretch(position, end);
    stretchBytes = length;
    askedPosition += length;
    memory.take(length);
    file.retain();
    workers.execute(() -> read(position, length));
  }

  /** On a worker. */
  private void read(long position, int length) {
    List<Piece> pieces = List.of();
    Throwable thrown = null;
    try {
      pieces = reader.read(file, position, length);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      thrown = e;
    } finally {
      file.release();
    }
    List<Piece> stretch = pieces;
    Throwable reason = thrown;
    try {
      channel.eventLoop().execute(() -> takeOver(stretch, length, reason));
    } catch (RejectedExecutionException e) {
      Piece.release(stretch); // the event loop has ended, and the channel with it
    }
  }

  private void takeOver(List<Piece> stretch, int length, Throwable reason) {
    reading = false;
    if (reason != null) {
      memory.letGo(length);
      failure = reason;
    }
    ready.addAll(stretch);
    if (done.isDone()) {
      releaseReady();
      return;
    }
    readOn();
    writeOn();
  }

  private void writeOn() {
    if (done.isDone() || writing) {
      return;
    }
    if (writtenPosition == end || (endsAtBlock && !inBlock)) {
      done.trySuccess(null);
    } else if (!ready.isEmpty()) {
      writeNext();
    } else if (failure != null) {
      done.tryFailure(failure);
    }
  }

  private void writeNext() {
    if (ready.peek().isHeader()) {
      inBlock = true;
      channel.write(ready.remove().message()); // if this fails, so does what follows
    }
    Piece piece = ready.remove();
    writing = true;
    long beganNanos = System.nanoTime();
    channel.writeAndFlush(piece.message()).addListener(write -> written(piece, beganNanos, write));
  }

  private void written(Piece piece, long beganNanos, Future<?> write) {
    writing = false;
    if (!write.isSuccess()) {
      memory.letGo(piece.bytes());
      done.tryFailure(write.cause());
      return;
    }
    memory.wrote(piece.bytes(), System.nanoTime() - beganNanos);
    writtenPosition += piece.bytes();
    inBlock &= writtenPosition != end && Blocks.toNextLine(writtenPosition) != Blocks.BYTES;
    readOn();
    channel.eventLoop().execute(this::writeOn); // not at once: others on this loop have their turn
  }

  private void release() {
    releaseReady();
    file.release();
  }

  private void releaseReady() {
    for (Piece piece : ready) {
      memory.letGo(piece.bytes());
      piece.release();
    }
    ready.clear();
  }
}
