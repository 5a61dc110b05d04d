package io.pipewright.tcpecho;

import io.pipewright.launch.Terminal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Prints what the server sends, as it comes, on a thread of its own, and lets the thread that sends wait for it.
 *
 * <p>Unframed, nothing tells where a reply ends. It is taken to be over when as much came back as was sent, as from an echo,
 * or when nothing more came for {@link #LULL}.
 */
final class ReplyPrinter implements Runnable {

  private static final Duration LULL = Duration.ofMillis(50);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final TcpEchoClient client;
  private final Terminal terminal;
  private final boolean framed;
  private final CompletableFuture<Incoming> ended = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition heard = lock.newCondition();
  private long messages;
  private long chars;
  private boolean atLineStart = true;

  ReplyPrinter(TcpEchoClient client, Terminal terminal, boolean framed) {
    this.client = client;
    this.terminal = terminal;
    this.framed = framed;
  }

  void start() {
    Thread thread = new Thread(this, "reply-printer");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    try {
      while (!ended.isDone()) {
        client.receive(LOOK).ifPresent(this::hear);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      ended.completeExceptionally(e); // standard output is gone: whoever waits is told
      signal();
    }
  }

  private void hear(Incoming incoming) {
    if (incoming instanceof Incoming.Message message) {
      print(message.text());
    } else {
      ended.complete(incoming);
    }
    signal();
  }

  private void print(String text) {
    lock.lock();
    try {
      terminal.print(framed ? text + "\n" : text);
      atLineStart = framed || text.endsWith("\n") || (atLineStart && text.isEmpty());
      messages++;
      chars += text.length();
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      heard.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Completed with the connection's end, or with why printing failed. */
  CompletableFuture<Incoming> ended() {
    return ended;
  }

  /** What was heard before a message is sent: its reply is what comes after. */
  Mark mark() {
    lock.lock();
    try {
      return new Mark(messages, chars);
    } finally {
      lock.unlock();
    }
  }

  /** A point in what was heard. */
  record Mark(long messages, long chars) {}

  /**
   * Waits for the reply to a message. Its line stays open, in case more of it comes.
   *
   * @param since from before the message was sent
   * @param sent the message
   * @param limit the longest wait for the reply's first character
   * @return whether anything came; false also when the connection has ended first
   */
  boolean awaitReply(Mark since, String sent, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      if (!await(() -> messages > since.messages(), limit)) {
        return false;
      }
      long before = -1;
      while (!framed && chars - since.chars() < sent.length() && before < chars) {
        before = chars;
        long soFar = chars;
        await(() -> chars > soFar, LULL);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the line that a reply has left open, so that what is printed next begins one. */
  void endLine() {
    lock.lock();
    try {
      if (!atLineStart) {
        terminal.print("\n");
        atLineStart = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long nanos = limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (nanos <= 0 || ended.isDone()) {
        return false;
      }
      nanos = heard.awaitNanos(nanos);
    }
    return true;
  }

  /** Waits, but no longer than the connection lasts. */
  void pause(Duration length) throws InterruptedException {
    lock.lock();
    try {
      await(() -> false, length);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the server's end of sending, as long as it goes on sending.
   *
   * @param silence how long it may send nothing
   * @return how it ended; empty if it fell silent instead
   */
  Optional<Incoming> awaitEnd(Duration silence) throws InterruptedException {
    lock.lock();
    try {
      long before;
      do {
        before = messages;
        long soFar = before;
        await(() -> messages > soFar, silence);
      } while (messages > before);
    } finally {
      lock.unlock();
    }
    if (!ended.isDone()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ended.join());
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException typed ? typed : e;
    }
  }
}
