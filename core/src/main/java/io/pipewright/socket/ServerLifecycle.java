package io.pipewright.socket;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.log.Addresses;
import io.pipewright.transport.EventLoops;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a server from bound to stopped, whatever its protocol. A subclass says how what is open is drained; here is when
 * that happens, who waits for it, and which event loops end with it.
 *
 * <pre>
 *   drain ──► beginDrain(grace) … drained(endings) ──► close the loops that were made ──► STOPPED, reports handed out
 *   drain again ──► shortenDrain(grace)
 * </pre>
 */
public abstract class ServerLifecycle implements RunningServer {

  private static final Logger log = LoggerFactory.getLogger(ServerLifecycle.class);

  /** As good as for ever, and no timer's arithmetic overflows. */
  private static final Duration LONGEST_GRACE = Duration.ofDays(365);

  /** Connections that are forced to end have ended by then, those too that say goodbye in TLS first. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private static final Duration LOOPS_END = Duration.ofSeconds(6);
  private static final Duration BLOCKED_LOOPS_END = Duration.ofMillis(500);

  private final EventLoops loops;
  private final boolean ownsLoops;
  private final List<SocketAddress> localAddresses;
  private final AtomicReference<ServerState> state = new AtomicReference<>(ServerState.READY);
  private final CompletableFuture<DrainReport> stopped = new CompletableFuture<>();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private volatile long drainStartNanos;
  private volatile boolean gaveUp;

  /**
   * @param bound the channels that are bound, one at least
   * @param loops the event loops that serve it
   * @param ownsLoops whether they end with the server
   */
  protected ServerLifecycle(List<? extends Channel> bound, EventLoops loops, boolean ownsLoops) {
    this.localAddresses = bound.stream().map(Channel::localAddress).toList();
    this.loops = loops;
    this.ownsLoops = ownsLoops;
  }

  /**
   * Begins to drain: closes the listener and everything idle, and calls {@link #drained} when nothing is open any more.
   *
   * @param grace how long the busy may take
   */
  protected abstract void beginDrain(Duration grace);

  /**
   * A second drain asks for an earlier end.
   *
   * @param grace how long the busy may take from now on, if that ends earlier than what was said before
   */
  protected abstract void shortenDrain(Duration grace);

  /**
   * To be called once, from any thread, when nothing is open any more.
   *
   * @param endings how each connection ended
   */
  protected final void drained(List<DrainReport.Ending> endings) {
    if (!ownsLoops) {
      stop(endings);
      return;
    }
    // the listener runs on no loop of this server: the loops are gone by then
    loops.closeAsync().addListener(ended -> stop(endings));
    after(gaveUp ? BLOCKED_LOOPS_END : LOOPS_END, () -> stop(endings)); // a blocked one never goes
  }

  /**
   * Sees to it that a drain ends, whatever handlers do: {@link #drained} has been called some seconds after a limit, or the last
   * resort is.
   *
   * @param limit by when everything should have ended
   * @param giveUp the last resort, which calls {@code drained}; called on no event loop of this server
   */
  protected final void endBy(Duration limit, Runnable giveUp) {
    after(limit.plus(MARGIN), () -> {
      gaveUp = true;
      giveUp.run();
    });
  }

  private void after(Duration delay, Runnable resort) {
    Future<?> timer = GlobalEventExecutor.INSTANCE.schedule(
        resort, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
    stopped.whenComplete((report, failure) -> timer.cancel(false));
  }

  private void stop(List<DrainReport.Ending> endings) {
    Duration took = Duration.ofNanos(System.nanoTime() - drainStartNanos);
    DrainReport report = new DrainReport(endings, took);
    if (state.getAndSet(ServerState.STOPPED) == ServerState.STOPPED) {
      return;
    }
    log.debug("{} stopped: {}", localAddresses.stream().map(Addresses::text).toList(), report);
    terminated.countDown();
    // whoever waits on the future may wait again, for another server say: never let them do so on
    // an event loop, nor on
    // Netty's global executor, which the end of that one needs
    stopped.completeAsync(() -> report, WaitingThreads.INSTANCE);
  }

  @Override
  public final CompletableFuture<DrainReport> drainAsync(Duration grace) {
    Duration positive = grace.isNegative() ? Duration.ZERO : grace;
    Duration bounded = positive.compareTo(LONGEST_GRACE) > 0 ? LONGEST_GRACE : positive;
    if (state.compareAndSet(ServerState.READY, ServerState.DRAINING)) {
      drainStartNanos = System.nanoTime();
      beginDrain(bounded);
    } else {
      shortenDrain(bounded);
    }
    return stopped.copy();
  }

  @Override
  public final DrainReport drain(Duration grace) {
    if (loops.inEventLoop()) {
      throw new IllegalStateException(
          "drain() waits for the event loop that it was called on; use drainAsync()");
    }
    return drainAsync(grace).join();
  }

  @Override
  public final void close() {
    CompletableFuture<DrainReport> closed = drainAsync(Duration.ZERO);
    if (!loops.inEventLoop()) {
      closed.join();
    }
  }

  @Override
  public final void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  @Override
  public final boolean awaitTermination(Duration limit) throws InterruptedException {
    return terminated.await(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
  }

  @Override
  public final ServerState state() {
    return state.get();
  }

  @Override
  public final SocketAddress localAddress() {
    return localAddresses.get(0);
  }

  @Override
  public final List<SocketAddress> localAddresses() {
    return localAddresses;
  }

  @Override
  public final int port() {
    for (SocketAddress address : localAddresses) {
      if (address instanceof InetSocketAddress inet) {
        return inet.getPort();
      }
    }
    return 0;
  }

  @Override
  public final String transport() {
    return loops.transport().toString();
  }

  @Override
  public final List<String> transportReasons() {
    return loops.choice().reasons();
  }

  @Override
  public final int eventLoops() {
    return loops.count();
  }
}
