package io.pipewright.filetransfer.serving;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.sending.BufferShare;
import io.pipewright.filetransfer.sending.FilePart;
import io.pipewright.filetransfer.store.StoredFile;
import io.pipewright.framing.RawBytes;

/** What a request has come to. Whoever has it writes it or discards it. */
sealed interface Reply {

  /** Releases what it holds; closes a file, so on a worker. */
  void discard();

  /** It can be written at once. */
  sealed interface Ready extends Reply {}

  /** An answer of one message. */
  record Message(Answer answer) implements Ready {
    @Override
    public void discard() {}
  }

  /** A whole answer as bytes, frames included: {@code RawBytes}, whose memory the share counts until they are written. */
  record Encoded(Object frames, int bytes, BufferShare share) implements Ready {

    /** An answer whose bytes are taken of the share. */
    static Encoded of(ByteBuf frames, BufferShare share) {
      return of(frames, frames.readableBytes(), share);
    }

    /** An answer that takes more memory than it has bytes. */
    static Encoded of(ByteBuf frames, int bytes, BufferShare share) {
      share.take(bytes);
      return new Encoded(RawBytes.of(frames), bytes, share);
    }

    /** Its frames are written by the caller. */
    Object take() {
      share.letGo(bytes);
      return frames;
    }

    @Override
    public void discard() {
      ReferenceCountUtil.release(take());
    }
  }

  /** A part of a file, to be sent in blocks. */
  record Stream(StoredFile file, FilePart part) implements Reply {

    Answer.FileFacts facts() {
      return new Answer.FileFacts(file.size(), file.lastModified(), file.version());
    }

    @Override
    public void discard() {
      file.close();
    }
  }
}
