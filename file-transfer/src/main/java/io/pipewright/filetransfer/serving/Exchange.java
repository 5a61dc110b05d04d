package io.pipewright.filetransfer.serving;

import io.pipewright.filetransfer.protocol.Request;
import java.util.concurrent.atomic.AtomicReference;

/** A request and, in time, its reply. The reply is handed from a worker to the event loop; if nobody wants it any more, it is discarded. */
final class Exchange {

  private final Request request;
  private final AtomicReference<Reply> reply = new AtomicReference<>();
  private volatile boolean abandoned;

  Exchange(Request request) {
    this.request = request;
  }

  Request request() {
    return request;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** The reply, if it is there. */
  Reply reply() {
    return reply.get();
  }

  /** For a worker: here is the reply. */
  void complete(Reply made) {
    reply.set(made);
    if (abandoned) {
      discard();
    }
  }

  /** For the event loop: takes the reply out. */
  Reply take() {
    return reply.getAndSet(null);
  }

  /** Nobody wants the reply any more. It is discarded on the calling thread if it is there, else by whoever brings it. */
  void abandon() {
    abandoned = true;
    discard();
  }

  private void discard() {
    Reply unwanted = reply.getAndSet(null);
    if (unwanted != null) {
      unwanted.discard();
    }
  }
}
