package io.pipewright.client;

import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection of a {@link TcpClient} up: when it is lost, or cannot be made, the next try comes after a
 * {@link Backoff}.
 *
 * <pre>
 *   start ──► CONNECTING ──► CONNECTED
 *                ▲   │ failed    │ lost
 *                │   ▼           ▼
 *                └── WAITING ◄───┘          close, or too many failures in a row: CLOSED
 * </pre>
 *
 * <p>A new connection is a new channel with a new pipeline: nothing of the old one's state is left, and what was in flight on
 * it has failed there. Nothing is sent twice.
 *
 * <p>Thread-safe. Whoever started it closes it, and then its {@code TcpClient}, which it does not close.
 */
public final class ReconnectingClient implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReconnectingClient.class);
  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final ReconnectingClientBuilder settings;
  private final EventExecutor executor;
  private final Waiters waiters;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile ConnectionState state = ConnectionState.CONNECTING;
  private volatile Channel channel;
  private volatile Throwable lastFailure;

  /** From here on the executor's alone. */
  private int failures;

  private long connectedNanos;
  private CompletableFuture<Channel> connecting;
  private Future<?> nextTry;

  ReconnectingClient(ReconnectingClientBuilder settings) {
    this.settings = settings;
    this.executor = settings.executor;
    this.waiters = new Waiters(executor, settings.maxWaiting, settings.maxWait, this::notConnected);
  }

  /**
   * A builder with every default.
   *
   * @param client makes the connections; to be closed by its owner, after the reconnecting client
   */
  public static ReconnectingClientBuilder builder(TcpClient client) {
    return new ReconnectingClientBuilder(client);
  }

  void start() {
    onExecutor(this::connect);
  }

  /** What the client is about now. */
  public ConnectionState state() {
    return state;
  }

  /** The connection, if there is one now; it may end at any moment. */
  public Optional<Channel> channel() {
    Channel now = channel;
    return now != null && now.isActive() ? Optional.of(now) : Optional.empty();
  }

  /**
   * The connection that is there, or the next one. So many may wait, and so long, as the settings say.
   *
   * @return the connection; or failed with a {@link NotConnectedException} or a {@link ClientClosedException}. Cancelling it
   *     ends the waiting, and nothing else.
   */
  public CompletableFuture<Channel> connected() {
    Optional<Channel> now = channel();
    if (now.isPresent()) {
      return CompletableFuture.completedFuture(now.get());
    }
    CompletableFuture<Channel> waiter = waiters.add();
    // what happened between the look and the adding has not seen this waiter
    channel().ifPresent(waiter::complete);
    if (state == ConnectionState.CLOSED) {
      waiter.completeExceptionally(closedException());
    }
    return waiter;
  }

  /**
   * Sends a message now, or fails at once: nothing waits while the connection is down.
   *
   * @param message what the pipeline can encode; it is taken over, and released if it is not sent
   * @return done when the message has been handed to the kernel; failed with a {@link NotConnectedException}, a
   *     {@link ClientClosedException}, or with what the write failed with
   */
  public CompletableFuture<Void> send(Object message) {
    Objects.requireNonNull(message, "message");
    Channel now = channel().orElse(null);
    if (now != null) {
      return Writes.written(now, message);
    }
    ReferenceCountUtil.safeRelease(message);
    return CompletableFuture.failedFuture(
        state == ConnectionState.CLOSED ? closedException() : notConnected(""));
  }

  /**
   * Sends a message over the connection that is there, or over the next one. Those that wait leave in their order.
   *
   * @param message what the pipeline can encode; it is taken over, and released if it is not sent
   * @return as that of {@link #send}, and failed also when too many wait or when it has waited for too long
   */
  public CompletableFuture<Void> sendWhenConnected(Object message) {
    Objects.requireNonNull(message, "message");
    return connected()
        .whenComplete((now, cause) -> {
          if (cause != null) {
            ReferenceCountUtil.safeRelease(message);
          }
        })
        .thenCompose(now -> Writes.written(now, message));
  }

  /** Done when the client has been closed; failed with the last failure when it has given up. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  private void connect() {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    state = ConnectionState.CONNECTING;
    connecting = settings.connector.get();
    connecting.whenComplete((made, cause) -> onExecutor(() -> tried(made, cause)));
  }

  private void tried(Channel made, Throwable cause) {
    connecting = null;
    if (state == ConnectionState.CLOSED) {
      if (made != null) {
        made.close();
      }
    } else if (cause != null) {
      lastFailure =
          cause instanceof CompletionException e && e.getCause() != null ? e.getCause() : cause;
      failures++;
      tell(listener -> listener.failed(lastFailure));
      tryAgain();
    } else {
      up(made);
    }
  }

  private void up(Channel made) {
    connectedNanos = executor.ticker().nanoTime();
    tell(listener -> listener.connected(made)); // before all others: what it writes goes first
    if (state == ConnectionState.CLOSED) {
      made.close();
      return;
    }
    channel = made;
    state = ConnectionState.CONNECTED;
    waiters.connected(made);
    made.closeFuture().addListener(closed -> onExecutor(() -> lost(made)));
  }

  private void lost(Channel old) {
    channel = null;
    if (state == ConnectionState.CLOSED) {
      return;
    }
    long lasted = executor.ticker().nanoTime() - connectedNanos;
    boolean wasStable = lasted >= settings.backoff.resetAfter().toNanos();
    failures = wasStable ? 0 : failures + 1;
    lastFailure =
        new NotConnectedException("the connection to " + settings.server + " was lost", null);
    tell(listener -> listener.lost(old));
    tryAgain();
  }

  private void tryAgain() {
    if (state == ConnectionState.CLOSED) {
      return; // the listener has closed it
    }
    if (failures > 0 && failures == settings.giveUpAfter) {
      end(lastFailure);
      return;
    }
    Duration delay = settings.backoff.delay(Math.max(1, failures));
    state = ConnectionState.WAITING;
    nextTry = executor.schedule(this::connect, delay.toNanos(), TimeUnit.NANOSECONDS);
    tell(listener -> listener.waiting(delay, failures));
  }

  /** On the executor, or when it has ended: once. */
  private void end(Throwable cause) {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    state = ConnectionState.CLOSED;
    if (cause != null) {
      lastFailure = cause;
    }
    if (nextTry != null) {
      nextTry.cancel(false);
    }
    if (connecting != null) {
      connecting.cancel(false);
    }
    waiters.fail(closedException());
    Channel last = channel;
    if (last == null) {
      complete(cause);
    } else {
      last.close().addListener(closed -> complete(cause));
    }
  }

  private void complete(Throwable cause) {
    if (cause == null) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(cause);
    }
  }

  /** Ends the client and its connection. Does not wait. */
  public CompletableFuture<Void> closeAsync() {
    onExecutor(() -> end(null));
    return ended();
  }

  /** Ends the client and its connection, and waits for that, for 5 s at most, unless called on an event loop. */
  @Override
  public void close() {
    CompletableFuture<Void> closing = closeAsync();
    Channel last = channel;
    if (executor.inEventLoop() || (last != null && last.eventLoop().inEventLoop())) {
      return;
    }
    // with or without a failure, and at the limit, it is over for whoever closes
    closing
        .handle((nothing, cause) -> null)
        .completeOnTimeout(null, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private void onExecutor(Runnable step) {
    if (executor.inEventLoop()) {
      step.run();
      return;
    }
    try {
      executor.execute(step);
    } catch (RejectedExecutionException e) {
      end(e); // its owner has ended the executor first: nothing can be tried again
    }
  }

  private void tell(Consumer<ConnectionListener> event) {
    try {
      event.accept(settings.listener);
    } catch (RuntimeException e) {
      log.warn("the listener of the connection to {} failed", settings.server, e);
    }
  }

  private NotConnectedException notConnected(String more) {
    Throwable why = lastFailure;
    return new NotConnectedException(
        "not connected to " + settings.server
            + (more.isEmpty() ? "" : " " + more)
            + (why == null ? "" : ": " + why.getMessage()),
        why);
  }

  private ClientClosedException closedException() {
    return new ClientClosedException(
        "the client of " + settings.server + " has been closed", lastFailure);
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "ReconnectingClient[" + settings.server + ", " + state + "]";
  }
}
