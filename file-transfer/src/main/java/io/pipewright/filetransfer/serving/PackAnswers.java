package io.pipewright.filetransfer.serving;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Answer.PackedFile;
import io.pipewright.filetransfer.protocol.AnswerFrames;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.sending.BufferShare;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers PACK for one channel: reads small files one behind the other into one buffer. Called on workers, by several at once; blocks.
 *
 * <pre>
 *   │ PACK: size, time, version, sum of each │ bytes of the first │ bytes of the second │ …
 *   └──────────── made last ─────────────────┴───────── read first, summed where they lie ───
 * </pre>
 *
 * <p>The answer ends early where the buffer or the time is used up. A file that is not given, has changed, or is too long for the buffer
 * is left out; who asks for it by GET hears why.
 */
final class PackAnswers {

  private static final int PACK_BYTES = 256 << 10;

  /** From a slow disk a pack comes in several parts, so that other connections have their turn on the worker. */
  private static final long LONGEST_NANOS = 5_000_000;

  private final BufferShare share;
  private final Channel channel;

  PackAnswers(BufferShare share, Channel channel) {
    this.share = share;
    this.channel = channel;
  }

  Reply to(Request.Pack asked, FileStore.Visit visit) {
    int room = share.offer(PACK_BYTES);
    ByteBuf bytes = channel.alloc().directBuffer(room, room);
    try {
      Answer.Pack pack = new Answer.Pack(read(asked.files(), visit, bytes));
      ByteBuf header = AnswerFrames.encode(pack, channel.alloc());
      return Reply.Encoded.of(Unpooled.wrappedBuffer(header, bytes.retain()), room, share);
    } finally {
      bytes.release();
    }
  }

  private List<Optional<PackedFile>> read(
      List<Request.Wanted> wanted, FileStore.Visit visit, ByteBuf bytes) {
    long beginNanos = System.nanoTime();
    List<Optional<PackedFile>> files = new ArrayList<>(wanted.size());
    for (Request.Wanted one : wanted) {
      Opening opening = Answers.open(one.name(), visit);
      if (opening instanceof StoredFile file) {
        try (file) {
          if (!files.isEmpty() && endsBefore(file, bytes)) {
            break;
          }
          files.add(read(one, file, bytes));
        }
      } else {
        refuse(one, (Refused) opening);
        files.add(Optional.empty());
      }
      if (System.nanoTime() - beginNanos > LONGEST_NANOS) {
        break;
      }
    }
    return files;
  }

  /** Whether a file has no room here, but would have it in a pack of its own. */
  private static boolean endsBefore(StoredFile file, ByteBuf bytes) {
    return file.size() > bytes.writableBytes() && file.size() <= bytes.capacity();
  }

  private Optional<PackedFile> read(Request.Wanted wanted, StoredFile file, ByteBuf bytes) {
    if (file.size() > bytes.writableBytes()
        || !wanted.version().map(file.version()::equals).orElse(true)) {
      return Optional.empty();
    }
    int begin = bytes.writerIndex();
    int length = (int) file.size();
    try {
      if (!Answers.readFully(file, 0, bytes.internalNioBuffer(begin, length))
          || !file.currentVersion().equals(file.version())) {
        return Optional.empty();
      }
    } catch (IOException | RuntimeException e) {
      ServingLog.storeFailed(e);
      return Optional.empty();
    }
    bytes.writerIndex(begin + length);
    int sum = BlockSums.of(bytes.internalNioBuffer(begin, length));
    return Optional.of(new PackedFile(Answers.facts(file), sum));
  }

  private void refuse(Request.Wanted wanted, Refused refused) {
    ServingLog.refused(channel, wanted.name(), refused.reason());
  }
}
