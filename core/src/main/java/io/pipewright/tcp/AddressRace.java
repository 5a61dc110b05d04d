package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Connects to whichever of a name's addresses answers first (RFC 8305, "happy eyeballs", section 5). The next address is tried
 * when the one before has failed, or has not answered for the attempt delay; the first to connect wins and the others are
 * closed.
 *
 * <pre>
 *   resolve ──► attempt 1 ─────────────────────────────► closed
 *                  └ delay ──► attempt 2 ──► refused
 *                                  └ at once ──► attempt 3 ──► connected: won
 *   ├────────────────────── connect timeout at most ──────────────────────┤
 * </pre>
 *
 * <p>The race and all its attempts run on one event loop. So no two of them connect in the same moment: the losers are closed
 * before any of them is active, and handlers see {@code channelActive} of the winner alone.
 */
final class AddressRace {

  private final EventLoop loop;
  private final Function<InetAddress, ChannelFuture> connect;
  private final Duration attemptDelay;
  private final Function<Map<InetAddress, Throwable>, Throwable> whyAllFailed;
  private final CompletableFuture<Channel> won = new CompletableFuture<>();

  /** From here on the event loop's alone. */
  private final Deque<InetAddress> untried = new ArrayDeque<>();

  private final Map<InetAddress, Channel> underWay = new LinkedHashMap<>();
  private final Map<InetAddress, Throwable> failures = new LinkedHashMap<>();
  private Future<?> nextAttempt;

  /**
   * A race that has not begun.
   *
   * @param loop runs the race
   * @param connect begins an attempt on that loop
   * @param attemptDelay how long an attempt may take before the next one begins beside it
   * @param whyAllFailed makes the error of what each address said, in the order in which they failed
   */
  AddressRace(
      EventLoop loop,
      Function<InetAddress, ChannelFuture> connect,
      Duration attemptDelay,
      Function<Map<InetAddress, Throwable>, Throwable> whyAllFailed) {
    this.loop = loop;
    this.connect = connect;
    this.attemptDelay = attemptDelay;
    this.whyAllFailed = whyAllFailed;
  }

  /**
   * Runs it, once.
   *
   * @param resolving the addresses in the order of preference
   * @param limit for resolving and connecting together
   * @return the winner; failed with what {@code whyAllFailed} makes of it or with what resolving failed with. Cancelling it
   *     ends the race, and a connection that comes too late for it is closed.
   */
  CompletableFuture<Channel> run(CompletableFuture<List<InetAddress>> resolving, Duration limit) {
    try {
      Future<?> end = loop.schedule(() -> timeOut(limit), limit.toNanos(), TimeUnit.NANOSECONDS);
      resolving.whenComplete((addresses, cause) -> onLoop(() -> begin(addresses, cause)));
      won.whenComplete((winner, cause) -> {
        end.cancel(false);
        onLoop(this::closeLosers);
      });
    } catch (RejectedExecutionException e) {
      won.completeExceptionally(e);
    }
    return won;
  }

  /** A loop that has ended has closed every attempt, and there is nothing more to wait for. */
  private void onLoop(Runnable step) {
    if (loop.inEventLoop()) {
      step.run();
      return;
    }
    try {
      loop.execute(step);
    } catch (RejectedExecutionException e) {
      won.completeExceptionally(e);
    }
  }

  private void begin(List<InetAddress> addresses, Throwable cause) {
    if (cause != null) {
      won.completeExceptionally(cause);
    } else if (addresses.isEmpty()) {
      won.completeExceptionally(new UnknownHostException("the name has no address"));
    } else {
      untried.addAll(AddressOrder.interleaved(addresses));
      tryNext();
    }
  }

  private void tryNext() {
    if (nextAttempt != null) {
      nextAttempt.cancel(false);
    }
    if (won.isDone() || untried.isEmpty()) {
      return;
    }
    InetAddress address = untried.remove();
    if (!untried.isEmpty()) {
      nextAttempt = loop.schedule(this::tryNext, attemptDelay.toNanos(), TimeUnit.NANOSECONDS);
    }
    ChannelFuture attempt = connect.apply(address);
    underWay.put(address, attempt.channel());
    attempt.addListener(done -> onLoop(() -> attempted(address, attempt)));
  }

  private void attempted(InetAddress address, ChannelFuture attempt) {
    underWay.remove(address);
    if (attempt.isSuccess()) {
      if (!won.complete(attempt.channel())) {
        attempt.channel().close();
      }
      return;
    }
    failures.put(address, attempt.cause());
    if (!untried.isEmpty()) {
      tryNext();
    } else if (underWay.isEmpty()) {
      won.completeExceptionally(whyAllFailed.apply(failures));
    }
  }

  /** What has not answered until now is told so; what was not even tried has nothing to tell. */
  private void timeOut(Duration limit) {
    for (InetAddress address : underWay.keySet()) {
      failures.put(address, new ConnectTimeoutException("no answer within " + limit));
    }
    won.completeExceptionally(
        failures.isEmpty()
            ? new ConnectTimeoutException("no address within " + limit)
            : whyAllFailed.apply(failures));
  }

  private void closeLosers() {
    untried.clear();
    if (nextAttempt != null) {
      nextAttempt.cancel(false);
    }
    List<Channel> losers = new ArrayList<>(underWay.values());
    underWay.clear();
    losers.forEach(Channel::close);
  }
}
