package io.pipewright;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A server whose port is bound. Every method may be called from any thread.
 *
 * <p><b>Who closes what.</b> Whoever started the server closes it. Closing it ends its listener,
 * its connections and the event loops that it made itself; event loops that were lent to it go on.
 *
 * <p><b>Draining</b> closes the listener first, so that new clients are refused while the accepted
 * ones go on; then fires a {@link DrainEvent} through every pipeline, closes idle connections at
 * once, lets busy ones finish, and forces what is left when the grace is over. A connection is busy
 * while it has unwritten bytes, half a frame, work {@linkplain InFlight in flight}, or had traffic
 * within the last half second; one that was accepted within it is given the rest of it.
 */
public interface RunningServer extends AutoCloseable {

  /**
   * The first address that is listened on, with the port that was really bound. It stays known after the
   * server has stopped.
   */
  SocketAddress localAddress();

  /** Every address that is listened on, in the order in which they were named. */
  List<SocketAddress> localAddresses();

  /** The port that was really bound, of the first address that has one; 0 if none has: a Unix domain socket has no port. */
  int port();

  /** Where the server is in its life. */
  ServerState state();

  /**
   * Whether new clients should be sent here: the answer for a load balancer. It turns false as the first thing of a drain,
   * before the listener closes.
   */
  default boolean isReady() {
    return state() == ServerState.READY;
  }

  /** What the server has done so far. */
  ServerStats stats();

  /**
   * What it has done so far, in one line for a log. May read what the system tells in files, and so must not be called on an
   * event loop.
   */
  default String summary() {
    return stats().describe();
  }

  /** How many connections are open now; 0 for a datagram server, which has none. */
  int connections();

  /** The name of the transport in use, such as {@code io_uring}. */
  String transport();

  /** Why that transport: one sentence for each that was looked at. */
  List<String> transportReasons();

  /** How many event loops serve the connections. */
  int eventLoops();

  /**
   * Drains and waits until the server has stopped. If a drain is under way already this call joins
   * it, and the shorter of the two graces holds.
   *
   * @param grace how long busy connections may take; {@link Duration#ZERO} forces at once
   * @return how each connection ended
   * @throws IllegalStateException if called on one of the server's own event loops, which it would
   *     block for ever
   */
  DrainReport drain(Duration grace);

  /**
   * As {@link #drain(Duration)}, without waiting.
   *
   * @param grace how long busy connections may take
   * @return completed when the server has stopped
   */
  CompletableFuture<DrainReport> drainAsync(Duration grace);

  /**
   * Waits until the server has stopped, whoever stops it.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  void awaitTermination() throws InterruptedException;

  /**
   * Waits until the server has stopped or the limit is over.
   *
   * @param limit the longest wait
   * @return whether the server has stopped
   * @throws InterruptedException if the waiting thread is interrupted
   */
  boolean awaitTermination(Duration limit) throws InterruptedException;

  /** Stops at once: {@code drain(Duration.ZERO)}. Closing a stopped server does nothing. */
  @Override
  void close();
}
