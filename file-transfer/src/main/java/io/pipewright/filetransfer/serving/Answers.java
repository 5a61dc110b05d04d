package io.pipewright.filetransfer.serving;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.AnswerFrames;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.sending.BufferShare;
import io.pipewright.filetransfer.sending.FilePart;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.Listing;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Answers requests for one channel by asking the store. Called on workers, by several at once; blocks. */
final class Answers {

  /** Up to here a part of a file is read at once, instead of waiting for its turn to be sent. */
  private static final int SMALL_BYTES = 64 << 10;

  private static final int PAGE_ENTRIES = 1_024;
  private static final int TRIES = 3;

  /** The file has not, or no more, the version that is wanted. */
  static final Reply CHANGED = failure(ErrorCode.CHANGED, "the file is not what it was");

  private final FileStore store;
  private final BufferShare share;
  private final Channel channel;
  private final PackAnswers packs;

  Answers(FileStore store, BufferShare share, Channel channel) {
    this.store = store;
    this.share = share;
    this.channel = channel;
    this.packs = new PackAnswers(share, channel);
  }

  /** For requests that are answered one after the other; the caller closes it. */
  FileStore.Visit visit() {
    try {
      return store.visit();
    } catch (RuntimeException e) {
      ServingLog.storeFailed(e);
      return store::open;
    }
  }

  /** The reply to a request for a file; a SUMS has it opened only. */
  Reply to(Request request, FileStore.Visit visit) {
    if (request instanceof Request.Get get) {
      return get(get, visit);
    }
    if (request instanceof Request.Stat stat) {
      return stat(stat, visit);
    }
    if (request instanceof Request.Pack pack) {
      return packs.to(pack, visit);
    }
    return sums((Request.Sums) request, visit);
  }

  /** The reply to a LIST. */
  Reply list(Request.ListFolder asked) {
    Naming folder = asked.folder().orElse(null);
    if (folder instanceof Refused refused) {
      return refuse(folder, refused);
    }
    int limit = Math.min(asked.limit().orElse(PAGE_ENTRIES), PAGE_ENTRIES);
    Listing listing = store.list(asked.folder().map(name -> (FileName) name), asked.after(), limit);
    return listing instanceof Entries page
        ? encoded(Answer.Entries.fitting(page.entries(), page.more()))
        : refuse(folder, (Refused) listing);
  }

  /** As bytes a page is a third of what it is as objects, and counted while it waits. */
  private Reply encoded(Answer.Entries page) {
    return Reply.Encoded.of(AnswerFrames.encode(page, channel.alloc()), share);
  }

  private Reply stat(Request.Stat asked, FileStore.Visit visit) {
    Opening opening = open(asked.name(), visit);
    if (opening instanceof StoredFile file) {
      try (file) {
        return new Reply.Message(facts(file));
      }
    }
    return refuse(asked.name(), (Refused) opening);
  }

  private Reply sums(Request.Sums asked, FileStore.Visit visit) {
    Opening opening = open(asked.name(), visit);
    if (!(opening instanceof StoredFile file)) {
      return refuse(asked.name(), (Refused) opening);
    }
    if (!file.version().equals(asked.version())) {
      file.close();
      return CHANGED;
    }
    if (asked.first() >= Blocks.count(file.size())) {
      file.close();
      return outOfRange(file.size());
    }
    return new Reply.Stream(file, new FilePart(0, file.size()));
  }

  /** Who wants the file whatever it is now gets it, though it is rewritten while it is read. */
  private Reply get(Request.Get asked, FileStore.Visit visit) {
    Reply reply = getOnce(asked, visit);
    for (int i = 1; i < TRIES && reply == CHANGED && asked.version().isEmpty(); i++) {
      reply = getOnce(asked, visit);
    }
    return reply;
  }

  private Reply getOnce(Request.Get asked, FileStore.Visit visit) {
    Opening opening = open(asked.name(), visit);
    if (!(opening instanceof StoredFile file)) {
      return refuse(asked.name(), (Refused) opening);
    }
    boolean kept = false;
    try {
      if (asked.version().isPresent() && !asked.version().get().equals(file.version())) {
        return CHANGED;
      }
      OptionalLong end = asked.endIn(file.size());
      if (end.isEmpty()) {
        return outOfRange(file.size());
      }
      long length = end.getAsLong() - asked.offset();
      if (length <= smallBytes(asked.offset())) {
        return encoded(file, asked.offset(), (int) length);
      }
      kept = true;
      return new Reply.Stream(file, new FilePart(asked.offset(), end.getAsLong()));
    } catch (IOException e) {
      ServingLog.storeFailed(e);
      return failure(ErrorCode.FAILED, "the server could not read the file");
    } finally {
      if (!kept) {
        file.close();
      }
    }
  }

  /** In one block, for it has one sum; and less when memory is short. */
  private int smallBytes(long offset) {
    return Math.min(share.offer(SMALL_BYTES), Blocks.toNextLine(offset));
  }

  /** The whole answer in one buffer: read, summed, and looked at again, in that order. */
  private Reply encoded(StoredFile file, long offset, int length) throws IOException {
    int head = AnswerFrames.FILE_BYTES + (length == 0 ? 0 : AnswerFrames.DATA_BYTES);
    ByteBuf out = channel.alloc().directBuffer(head + length + AnswerFrames.END_BYTES);
    boolean done = false;
    try {
      if (!readFully(file, offset, out.internalNioBuffer(head, length))
          || !file.currentVersion().equals(file.version())) {
        return CHANGED;
      }
      AnswerFrames.append(facts(file), out);
      if (length > 0) {
        int sum = BlockSums.of(out.internalNioBuffer(head, length));
        AnswerFrames.append(new Answer.Data(offset, length, sum), out);
        out.writerIndex(head + length);
      }
      AnswerFrames.append(Answer.End.INSTANCE, out);
      done = true;
      return Reply.Encoded.of(out, share);
    } finally {
      if (!done) {
        out.release();
      }
    }
  }

  static boolean readFully(StoredFile file, long offset, ByteBuffer target) throws IOException {
    int begin = target.position();
    while (target.hasRemaining()) {
      if (file.read(target, offset + target.position() - begin) < 0) {
        return false;
      }
    }
    return true;
  }

  static Opening open(Naming name, FileStore.Visit visit) {
    return name instanceof FileName parsed ? visit.open(parsed) : (Refused) name;
  }

  static Answer.FileFacts facts(StoredFile file) {
    return new Answer.FileFacts(file.size(), file.lastModified(), file.version());
  }

  /** Whatever the reason is, the peer cannot tell it from another. */
  private Reply refuse(Naming name, Refused refused) {
    ServingLog.refused(channel, name, refused.reason());
    return failure(ErrorCode.NOT_GIVEN, "the server gives nothing of that name");
  }

  private static Reply outOfRange(long size) {
    return failure(ErrorCode.OUT_OF_RANGE, "the file has " + size + " bytes");
  }

  static Reply failure(ErrorCode code, String text) {
    return new Reply.Message(Answer.Failure.of(code, text));
  }
}
