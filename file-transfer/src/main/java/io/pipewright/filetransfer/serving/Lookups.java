package io.pipewright.filetransfer.serving;

import io.netty.channel.Channel;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Limits;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.sending.BufferShare;
import io.pipewright.filetransfer.sending.FileWorkers;
import io.pipewright.filetransfer.store.FileStore;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Has a connection's requests answered on workers, ahead of their turn: by a runner that takes one after the other while there
 * are any, and by more of them when many wait. So a fast store costs one way to a worker for many requests, and a slow one is
 * asked several things at once.
 *
 * <p>What is ready and not yet written is bounded, in bytes and in open files; the runners stop there and are started again
 * by {@link #runOn} when some of it has left.
 */
final class Lookups {

  /** A store that hangs holds half of the workers for one connection at most. */
  private static final int PART_OF_WORKERS = 2;

  private static final int REQUESTS_PER_RUNNER = 8;

  /** After so long other connections have their turn on the worker: hundreds of answers from memory, or one from a slow disk. */
  private static final long LONGEST_TURN_NANOS = 5_000_000;

  /** To wake an event loop costs as much as to answer from memory: it is told of several replies at once. */
  private static final long LATEST_TOLD_NANOS = 200_000;

  private static final int MAX_HELD_BYTES = 256 << 10;
  private static final int MAX_HELD_FILES = 2;

  private final FileWorkers workers;
  private final FileWorkers listers;
  private final BufferShare share;
  private final Answers answers;
  private final SumRequests sums;
  private final Manners manners;
  private final Channel channel;
  private final Runnable onReply;

  private final Queue<Exchange> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger runners = new AtomicInteger();
  private final AtomicInteger heldBytes = new AtomicInteger();
  private final AtomicInteger heldFiles = new AtomicInteger();
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * @param onReply called on the channel's event loop when there are replies; for many at once
   */
  Lookups(NativeService service, Channel channel, Runnable onReply) {
    this.workers = service.sender().workers();
    this.listers = service.listers();
    this.share = service.sender().share();
    this.answers = new Answers(service.store(), share, channel);
    this.sums = new SumRequests(service.sender());
    this.manners = service.manners();
    this.channel = channel;
    this.onReply = onReply;
  }

  /** One more; {@link #runOn} has it answered. */
  void add(Exchange exchange) {
    waiting.incrementAndGet();
    asked.add(exchange);
  }

  /** Something that was held has been written or discarded. */
  void letGo(Reply reply) {
    if (reply instanceof Reply.Encoded encoded) {
      heldBytes.addAndGet(-encoded.bytes());
    } else if (reply instanceof Reply.Stream) {
      heldFiles.decrementAndGet();
    }
  }

  /** Starts as many runners as are worth it. If no worker can be had, whoever waits is told that the server is busy. */
  void runOn() {
    while (mayRun() && runners.get() < runnersWorthwhile()) {
      boolean first = runners.incrementAndGet() == 1;
      if (!workers.tryExecute(this::run)) {
        runners.decrementAndGet();
        if (first) {
          failAll();
        }
        return;
      }
    }
  }

  private int runnersWorthwhile() {
    int most = share.isPlentiful() ? Math.max(1, workers.threads() / PART_OF_WORKERS) : 1;
    return Math.min(most, 1 + waiting.get() / REQUESTS_PER_RUNNER);
  }

  private boolean mayRun() {
    return waiting.get() > 0
        && heldFiles.get() < MAX_HELD_FILES
        && heldBytes.get() < share.offer(MAX_HELD_BYTES);
  }

  private void failAll() {
    Exchange exchange;
    while ((exchange = next()) != null) {
      exchange.complete(new Reply.Message(manners.busy("too many requests wait for the disk")));
    }
    tell();
  }

  private Exchange next() {
    Exchange exchange = asked.poll();
    if (exchange != null) {
      waiting.decrementAndGet();
    }
    return exchange;
  }

  /** On a worker. */
  private void run() {
    FileStore.Visit visit = answers.visit();
    try {
      run(visit);
    } finally {
      visit.close();
    }
  }

  private void run(FileStore.Visit visit) {
    long beginNanos = System.nanoTime();
    do {
      if (!answerAll(visit, beginNanos)) {
        workers.execute(this::run); // still one runner
        return;
      }
      runners.decrementAndGet();
      // what came since the last look found a runner that it took to be at work
    } while (mayRun() && runners.compareAndSet(0, 1));
  }

  /** Whether all was answered that may be, before the turn was over. */
  private boolean answerAll(FileStore.Visit visit, long beginNanos) {
    long nowNanos = System.nanoTime();
    long toldNanos = nowNanos;
    Exchange exchange;
    while (nowNanos - beginNanos < LONGEST_TURN_NANOS) {
      if (!mayRun() || (exchange = next()) == null) {
        tell();
        return true;
      }
      answer(exchange, visit);
      nowNanos = System.nanoTime();
      if (nowNanos - toldNanos > LATEST_TOLD_NANOS) {
        tell();
        toldNanos = nowNanos;
      }
    }
    tell();
    return false;
  }

  private void answer(Exchange exchange, FileStore.Visit visit) {
    if (exchange.isAbandoned()) {
      return;
    }
    if (exchange.request() instanceof Request.ListFolder asked) {
      list(exchange, asked);
      return;
    }
    Reply reply = reply(() -> answers.to(exchange.request(), visit));
    hold(reply);
    if (exchange.request() instanceof Request.Sums asked && reply instanceof Reply.Stream opened) {
      sums.answer(exchange, asked, opened.file(), made -> {
        letGo(opened);
        exchange.complete(made);
        tell();
      });
    } else {
      exchange.complete(reply);
    }
  }

  private static Reply reply(Supplier<Reply> asking) {
    try {
      return asking.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      ServingLog.storeFailed(e);
      return Answers.failure(ErrorCode.FAILED, "the server could not read the file");
    }
  }

  /** A page that is to come counts as the longest, so that no connection has many made at a time. */
  private void list(Exchange exchange, Request.ListFolder asked) {
    heldBytes.addAndGet(Limits.MAX_ANSWER_BYTES);
    boolean admitted = listers.tryExecute(() -> {
      if (!exchange.isAbandoned()) {
        listed(exchange, reply(() -> answers.list(asked)));
        tell();
      }
    });
    if (!admitted) {
      listed(exchange, new Reply.Message(manners.busy("too many listings wait for the disk")));
    }
  }

  private void listed(Exchange exchange, Reply reply) {
    hold(reply);
    heldBytes.addAndGet(-Limits.MAX_ANSWER_BYTES);
    exchange.complete(reply);
  }

  private void hold(Reply reply) {
    if (reply instanceof Reply.Encoded encoded) {
      heldBytes.addAndGet(encoded.bytes());
    } else if (reply instanceof Reply.Stream) {
      heldFiles.incrementAndGet();
    }
  }

  private void tell() {
    if (!told.compareAndSet(false, true)) {
      return;
    }
    try {
      channel.eventLoop().execute(() -> {
        told.set(false);
        onReply.run();
      });
    } catch (RejectedExecutionException e) {
      told.set(
          true); // the event loop has ended, and the channel with it: its exchanges are abandoned
    }
  }
}
