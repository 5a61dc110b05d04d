package io.pipewright.filetransfer.serving;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.sending.FileSender;
import io.pipewright.filetransfer.sending.FileTruncatedException;
import io.pipewright.filetransfer.sending.VersionChangedException;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.util.function.Consumer;

/** Answers SUMS, a few blocks at a time: others have their turn on the worker between them. */
final class SumRequests {

  private final FileSender sender;

  SumRequests(FileSender sender) {
    this.sender = sender;
  }

  /**
   * Makes the sums. Called on a worker.
   *
   * @param file is closed in the end
   * @param onReply gets the reply, on a worker
   */
  void answer(Exchange exchange, Request.Sums asked, StoredFile file, Consumer<Reply> onReply) {
    long rest = Blocks.count(file.size()) - asked.first();
    new Work(exchange, asked, file, (int) Math.min(asked.count(), rest), onReply).run();
  }

  private final class Work implements Runnable {

    private final Exchange exchange;
    private final Request.Sums asked;
    private final StoredFile file;
    private final int[] sums;
    private final Consumer<Reply> onReply;
    private int done;

    Work(
        Exchange exchange,
        Request.Sums asked,
        StoredFile file,
        int count,
        Consumer<Reply> onReply) {
      this.exchange = exchange;
      this.asked = asked;
      this.file = file;
      this.sums = new int[count];
      this.onReply = onReply;
    }

    @Override
    public void run() {
      Reply reply;
      try {
        if (!exchange.isAbandoned()) {
          done = sender.addSums(file, asked.first(), sums, done);
          if (done < sums.length) {
            sender.workers().execute(this);
            return;
          }
        }
        reply = new Reply.Message(new Answer.SumList(asked.first(), sums));
      } catch (VersionChangedException | FileTruncatedException e) {
        reply = Answers.CHANGED;
      } catch (IOException | RuntimeException e) {
        ServingLog.storeFailed(e);
        reply = Answers.failure(ErrorCode.FAILED, "the server could not read the file");
      }
      file.close();
      onReply.accept(reply);
    }
  }
}
