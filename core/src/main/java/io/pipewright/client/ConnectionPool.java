package io.pipewright.client;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.pipewright.log.BoundedLog;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Lends the connections of a {@link TcpClient}, each to one user at a time. They are made when they are needed, so many at
 * most, and closed when nobody has needed them for a while. Users that wait are served in the order in which they came.
 *
 * <pre>{@code
 * try (Lease lease = pool.acquire()) {
 *   exchanges.of(lease.channel()).send(request).join();
 * }
 * }</pre>
 *
 * <p>A connection that ends while it is idle is forgotten at once; one that ends while it is leased keeps its place until the
 * lease is closed. So close every lease: the pool has no other way to learn that its user is gone.
 *
 * <p>Thread-safe. Whoever built it closes it, and then its {@code TcpClient}, which it does not close.
 */
public final class ConnectionPool implements AutoCloseable {

  private static final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(ConnectionPool.class), 10);

  private final ConnectionPoolBuilder settings;
  private final EventExecutor executor;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Set while this thread completes somebody's future: what that gives back is handed out when it has returned. */
  private final ThreadLocal<Boolean> handingOut = ThreadLocal.withInitial(() -> false);

  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean idleTimerArmed = new AtomicBoolean();
  private final PoolState state;
  private volatile Future<?> idleTimer;

  ConnectionPool(ConnectionPoolBuilder settings) {
    this.settings = settings;
    this.executor = settings.executor;
    this.state = new PoolState(settings.maxSize, settings.maxIdleTime.toNanos());
  }

  /**
   * A builder with every default.
   *
   * @param client makes the connections; to be closed by its owner, after the pool
   */
  public static ConnectionPoolBuilder builder(TcpClient client) {
    return new ConnectionPoolBuilder(client);
  }

  /**
   * Leases a connection and waits for it, for the acquire timeout at most.
   *
   * @return the lease, to be closed by the caller
   * @throws NoConnectionFreeException if none came free in time, or too many wait already
   * @throws io.pipewright.ConnectFailedException if one could not be made
   * @throws ClientClosedException if the pool has been closed
   * @throws InterruptedException if interrupted meanwhile; no connection is leased then
   * @throws IllegalStateException if called on one of the client's event loops, which it would block
   */
  public Lease acquire() throws InterruptedException {
    if (settings.inEventLoop.getAsBoolean()) {
      throw new IllegalStateException(
          "acquire() waits for the event loop that it was called on; use acquireAsync()");
    }
    CompletableFuture<Lease> lease = acquireAsync();
    try {
      return lease.get();
    } catch (InterruptedException e) {
      if (!lease.cancel(false)) {
        lease.thenAccept(Lease::close); // it came in the same moment
      }
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /**
   * Leases a connection.
   *
   * @return the lease, to be closed by whoever gets it; failed as {@link #acquire} says. It is completed on the thread that
   *     gave a connection back or on an event loop, which what depends on it must not block. Cancelling it ends the waiting;
   *     no connection is leased to a future that is done already.
   */
  public CompletableFuture<Lease> acquireAsync() {
    PoolWaiter waiter = new PoolWaiter();
    if (!state.enter(waiter)) {
      return CompletableFuture.failedFuture(closedException());
    }
    serve();
    if (waiter.isDone()) {
      return waiter;
    }
    if (state.leftAsOneTooMany(waiter, settings.maxWaiting)) {
      waiter.completeExceptionally(new NoConnectionFreeException("all " + settings.maxSize
          + " connections to " + settings.server + " are leased, and " + settings.maxWaiting
          + " wait for one already"));
      return waiter;
    }
    Duration limit = settings.acquireTimeout;
    Future<?> timer = executor.schedule(
        () -> waiter.completeExceptionally(new NoConnectionFreeException(
            "no connection to " + settings.server + " came free within " + limit.toMillis()
                + " ms; the pool has " + settings.maxSize)),
        limit.toNanos(),
        TimeUnit.NANOSECONDS);
    waiter.whenComplete((lease, cause) -> {
      timer.cancel(false);
      state.leave(waiter);
    });
    return waiter;
  }

  /** Gives idle connections to those who wait, and makes new ones for those for whom there are none. */
  private void serve() {
    for (PoolState.Step step = state.next(); step != null; step = state.next()) {
      PoolWaiter waiter = step.waiter();
      if (step.channel() == null) {
        connectFor(waiter);
      } else if (isFit(step.channel())) {
        handOut(step.channel(), waiter);
      } else {
        if (!state.reenter(waiter)) {
          waiter.completeExceptionally(closedException());
        }
        giveBack(step.channel(), false);
      }
    }
  }

  private boolean isFit(Channel channel) {
    try {
      return isUp(channel) && settings.healthCheck.test(channel);
    } catch (RuntimeException e) {
      log.warn("the health check of the pool of {} failed: {}", settings.server, e.toString());
      return false; // what cannot be looked at is not lent
    }
  }

  /** Open, and its server may still answer: one that has finished sending is about to be closed, and serves nobody. */
  private static boolean isUp(Channel channel) {
    return channel.isActive()
        && !(channel instanceof DuplexChannel duplex && duplex.isInputShutdown());
  }

  private void handOut(Channel channel, PoolWaiter waiter) {
    Lease lease = new Lease(channel, this::giveBack);
    boolean outermost = !handingOut.get();
    handingOut.set(true);
    try {
      if (!waiter.complete(lease)) {
        lease.close(); // it gave up in the same moment
      }
    } finally {
      if (outermost) {
        handingOut.remove();
      }
    }
  }

  private void connectFor(PoolWaiter waiter) {
    settings.connector.get().whenComplete((channel, cause) -> {
      if (cause == null) {
        connected(channel);
      } else {
        notConnected(waiter, cause);
      }
      serve();
    });
  }

  private void connected(Channel channel) {
    if (state.connected(channel, now())) {
      channel.closeFuture().addListener(ended -> forget(channel));
      armIdleTimer();
    } else {
      channel.close();
      checkDrained();
    }
  }

  private void notConnected(PoolWaiter waiter, Throwable cause) {
    if (state.connectFailed(waiter)) {
      waiter.completeExceptionally(
          cause instanceof CompletionException && cause.getCause() != null
              ? cause.getCause()
              : cause);
    }
    checkDrained();
  }

  /** The end of a lease. */
  private void giveBack(Channel channel, boolean fit) {
    if (!state.returned(channel, fit && isUp(channel), now())) {
      channel.close();
    } else if (!channel.isActive()) {
      forget(channel); // its end came between the look and the keeping, and found nothing to forget
    } else {
      armIdleTimer();
    }
    checkDrained();
    if (!handingOut.get()) {
      serve();
    }
  }

  private void forget(Channel channel) {
    state.forget(channel);
    if (!handingOut.get()) {
      serve();
    }
  }

  private long now() {
    return executor.ticker().nanoTime();
  }

  private void armIdleTimer() {
    OptionalLong wait = state.nanosToNextExpiry(now());
    if (wait.isPresent() && idleTimerArmed.compareAndSet(false, true)) {
      idleTimer = executor.schedule(this::closeExpired, wait.getAsLong(), TimeUnit.NANOSECONDS);
    }
  }

  private void closeExpired() {
    idleTimerArmed.set(false);
    state.takeExpired(now()).forEach(Channel::close);
    armIdleTimer();
  }

  /** How the pool stands now. */
  public PoolStats stats() {
    return state.stats();
  }

  /**
   * Closes the pool: nothing is leased any more, idle connections are closed, those who wait are told. What is leased may be
   * used until it is given back, for the close timeout at most, and is then closed by force. Does not wait.
   *
   * @return done when every lease has ended, by itself or by force
   */
  public CompletableFuture<Void> closeAsync() {
    PoolState.Leftovers leftovers = state.close();
    leftovers.idle().forEach(Channel::close);
    leftovers.waiters().forEach(waiter -> waiter.completeExceptionally(closedException()));
    if (closing.compareAndSet(false, true)) {
      Future<?> force = executor.schedule(
          this::closeLeased, settings.closeTimeout.toNanos(), TimeUnit.NANOSECONDS);
      drained.whenComplete((nothing, cause) -> force.cancel(false));
      Future<?> expiry = idleTimer;
      if (expiry != null) {
        expiry.cancel(false);
      }
    }
    checkDrained();
    return drained.copy();
  }

  private void closeLeased() {
    state.leased().forEach(Channel::close);
    drained.complete(null);
  }

  private void checkDrained() {
    if (state.isDrained()) {
      drained.complete(null);
    }
  }

  /** As {@link #closeAsync()}, and waits, for the close timeout at most, unless called on one of the client's event loops. */
  @Override
  public void close() {
    CompletableFuture<Void> closing = closeAsync();
    if (!settings.inEventLoop.getAsBoolean()) {
      closing
          .completeOnTimeout(null, settings.closeTimeout.toNanos(), TimeUnit.NANOSECONDS)
          .join();
    }
  }

  private ClientClosedException closedException() {
    return new ClientClosedException("the pool of " + settings.server + " has been closed", null);
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "ConnectionPool[" + settings.server + ", " + stats() + "]";
  }
}
