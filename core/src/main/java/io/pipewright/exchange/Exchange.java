package io.pipewright.exchange;

import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;

/**
 * One request and the future of its answer. What the future is told from outside (cancelled, timed out, completed) its handler
 * hears of; everything else here is for the handler's event loop alone.
 *
 * <pre>
 *   queued ──► written ──► settled (answered, failed or given up)
 *      └──────────────────────┘
 * </pre>
 */
final class Exchange<Q, R> extends CompletableFuture<R> {

  private final ExchangeHandler<Q, R> handler;

  /** Null once it has been written or released. */
  private Q request;

  private boolean written;
  private boolean settled;

  /** Whether it counts towards the most that may be in flight; the handler's. */
  boolean holdsPlace = true;

  /** For the correlation by id. */
  Object id;

  /** For {@link Deadlines}. */
  long deadlineNanos;

  Exchange<Q, R> before;
  Exchange<Q, R> after;

  Exchange(ExchangeHandler<Q, R> handler, Q request) {
    this.handler = handler;
    this.request = request;
  }

  /** The request, to be written now. */
  Q takeRequest() {
    Q taken = request;
    request = null;
    written = true;
    return taken;
  }

  Q request() {
    return request;
  }

  boolean isWritten() {
    return written;
  }

  /** Drops a request that will not be written. */
  void releaseRequest() {
    ReferenceCountUtil.safeRelease(request);
    request = null;
  }

  /**
   * Nothing more will come of it.
   *
   * @return whether this is the first to say so
   */
  boolean settle() {
    boolean first = !settled;
    settled = true;
    return first;
  }

  boolean isSettled() {
    return settled;
  }

  /**
   * Hands the answer out.
   *
   * @return false if nobody wants it any more; then it is still the caller's to release
   */
  boolean answer(R answer) {
    return super.complete(answer);
  }

  void fail(Throwable cause) {
    super.completeExceptionally(cause);
  }

  @Override
  public boolean complete(R value) {
    return heard(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable cause) {
    return heard(super.completeExceptionally(cause));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return heard(super.cancel(mayInterruptIfRunning));
  }

  private boolean heard(boolean completed) {
    if (completed) {
      handler.givenUpOutside(this);
    }
    return completed;
  }
}
