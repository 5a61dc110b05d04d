package io.pipewright.filetransfer.fetching;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.link.GetEnd;
import io.pipewright.filetransfer.link.GetReceiver;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A range of a file, block by block and in order, each verified before a byte of it is handed on; all of one version. At most one
 * block is in memory. Confined to the event loop on which downloads decide.
 */
final class RangeRead {

  private static final int TRIES = 3;

  private final Workplace workplace;
  private final Server server;
  private final FileName name;
  private final WritableByteChannel target;
  private final CompletableFuture<Long> result = new CompletableFuture<>();
  private final long begin;
  private final long end;
  private Optional<FileVersion> version = Optional.empty();
  private long position;
  private int badTries;

  /**
   * @param begin the first byte
   * @param length how many; the range must lie within the file
   * @param target is written on a disk thread, and stays the caller's to close
   */
  RangeRead(
      Workplace workplace,
      Server server,
      FileName name,
      long begin,
      long length,
      WritableByteChannel target) {
    this.workplace = workplace;
    this.server = server;
    this.name = name;
    this.target = target;
    this.begin = begin;
    this.position = begin;
    this.end = Math.addExact(begin, length);
  }

  /** Reads it; called once. Gives how many bytes were written to the target, which is all of them. */
  CompletableFuture<Long> run() {
    workplace.decide(this::goOn);
    return result;
  }

  private void goOn() {
    if (position == end) {
      result.complete(end - begin);
      return;
    }
    long length = Math.min(end - position, Blocks.toNextLine(position));
    Request.Get get = new Request.Get(name, version, position, OptionalLong.of(length));
    Asking.of(workplace, server, connection -> ask(connection, get))
        .whenComplete((piece, cause) -> workplace.decide(() -> {
          if (cause != null) {
            fail(Causes.of(cause));
          } else {
            take(piece);
          }
        }));
  }

  private static CompletableFuture<Piece> ask(NativeConnection connection, Request.Get get) {
    Piece piece = new Piece();
    return connection
        .get(get, piece)
        .handle((end, cause) -> {
          if (cause == null && end.isComplete()) {
            return CompletableFuture.completedFuture(piece);
          }
          piece.release();
          return CompletableFuture.<Piece>failedFuture(cause == null ? failureOf(end) : cause);
        })
        .thenCompose(done -> done);
  }

  private static Throwable failureOf(GetEnd end) {
    return end.failure().orElseThrow();
  }

  private void take(Piece piece) {
    version = Optional.of(piece.facts.version());
    if (!piece.isRight()) {
      piece.release();
      badTries++;
      if (badTries == TRIES) {
        fail(IntegrityException.ofBlock(name.toString(), Blocks.of(position), TRIES));
      } else {
        goOn();
      }
      return;
    }
    badTries = 0;
    workplace.onDisk(() -> write(piece), this::written, this::fail);
  }

  /** On a disk thread. */
  private int write(Piece piece) {
    try {
      int bytes = piece.bytes.readableBytes();
      for (ByteBuffer part : piece.bytes.nioBuffers()) {
        while (part.hasRemaining()) {
          target.write(part);
        }
      }
      return bytes;
    } catch (IOException e) {
      throw new DownloadBrokenException(name.toString(), position - begin, e);
    } finally {
      piece.release();
    }
  }

  private void written(int bytes) {
    position += bytes;
    goOn();
  }

  private void fail(Throwable cause) {
    boolean begun = version.isPresent();
    result.completeExceptionally(
        cause instanceof DownloadException
            ? cause
            : Causes.forUser(name.toString(), server, begun, cause, position - begin));
  }

  /** One block of the range as it comes. On the connection's event loop, then on a disk thread. */
  private static final class Piece implements GetReceiver {

    private final CompositeByteBuf bytes = Unpooled.compositeBuffer(Integer.MAX_VALUE);
    private FileFacts facts;
    private Data header;

    @Override
    public void facts(FileFacts facts) {
      this.facts = facts;
    }

    @Override
    public void block(Data header) {
      this.header = header;
    }

    @Override
    public void bytes(ByteBuf piece) {
      bytes.addComponent(true, piece);
    }

    @Override
    public void blockEnded() {
      // the answer's end follows
    }

    boolean isRight() {
      return header != null && BlockSums.of(bytes) == header.sum();
    }

    void release() {
      bytes.release();
    }
  }
}
