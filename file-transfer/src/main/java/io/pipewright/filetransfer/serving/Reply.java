package io.pipewright.filetransfer.serving;

import io.netty.util.ReferenceCountUtil;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.sending.FilePart;
import io.pipewright.filetransfer.store.StoredFile;

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

  /** A whole answer as bytes, frames included: {@code RawBytes} of that many. */
  record Encoded(Object frames, int bytes) implements Ready {
    @Override
    public void discard() {
      ReferenceCountUtil.release(frames);
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
