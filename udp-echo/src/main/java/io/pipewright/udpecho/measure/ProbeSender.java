package io.pipewright.udpecho.measure;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.pipewright.udpecho.session.Probe;
import java.util.Optional;

/**
 * Sends the numbered datagrams when they are due, or as fast as the answers let it. Lives on one event loop, which it never holds up
 * for longer than a burst takes: what it could not send in time it sends with the next bursts, a bounded number more in each.
 */
final class ProbeSender {

  /** After a pause of the loop's, so much of the schedule is made up for in one burst. */
  private static final long CATCH_UP_NANOS = 5 * Pace.BURST_NANOS;

  private static final int FLUSH_AFTER = 32;

  private final MeasurementSettings settings;
  private final SentWindow window;
  private final Probe probe;
  private final byte[] filler;
  private final ChannelFutureListener sent;
  private final long mostAtOnce;
  private long startNanos;
  private long lastNanos;
  private long stuckSinceNanos;
  private boolean stuck;
  private boolean begun;
  private Throwable failure;

  /**
   * @param session whose datagrams
   * @param tally hears of those that the kernel does not take
   */
  ProbeSender(MeasurementSettings settings, SentWindow window, long session, Tally tally) {
    this.settings = settings;
    this.window = window;
    this.probe = new Probe(session);
    this.filler = Probe.filler(session, settings.sizeBytes() - Probe.HEADER_BYTES);
    this.mostAtOnce =
        settings.pace().isUnlimited() ? settings.window() : settings.pace().dueBy(CATCH_UP_NANOS);
    this.sent = future -> {
      if (!future.isSuccess()) {
        tally.sendFailed();
        if (failure == null) {
          failure = future.cause();
        }
      }
    };
  }

  /** The schedule begins. */
  void begin(long now) {
    begun = true;
    startNanos = now;
    lastNanos = now;
  }

  boolean hasBegun() {
    return begun;
  }

  long startNanos() {
    return startNanos;
  }

  /** From the first datagram to the last. */
  long tookNanos() {
    return lastNanos - startNanos;
  }

  /** Why the kernel did not take one, the first of them. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Whether all is sent, or there is no time left for more. */
  boolean isDone(long now) {
    return window.next() == settings.count() || now - startNanos >= settings.durationNanos();
  }

  /** Whether the socket has taken nothing for so long that it will not. */
  boolean isStuck(long now) {
    return stuck && now - stuckSinceNanos > settings.timeout().toNanos();
  }

  /** Sends what is due. */
  void send(ChannelHandlerContext ctx, long now) {
    long most = Math.min(due(now), Math.min(mostAtOnce, settings.count() - window.next()));
    int unflushed = 0;
    for (long i = 0; i < most && window.hasRoom() && ctx.channel().isWritable(); i++) {
      write(ctx);
      unflushed++;
      if (unflushed == FLUSH_AFTER || !ctx.channel().isWritable()) {
        ctx.flush();
        unflushed = 0;
      }
    }
    if (unflushed > 0) {
      ctx.flush();
    }
    noteWhetherStuck(ctx, now);
  }

  private long due(long now) {
    return settings.pace().isUnlimited()
        ? settings.window() - window.waiting()
        : settings.pace().dueBy(now - startNanos) - window.next();
  }

  private void write(ChannelHandlerContext ctx) {
    long number = window.next();
    long now = System.nanoTime();
    long behind =
        settings.pace().isUnlimited() ? 0 : now - startNanos - settings.pace().dueAt(number);
    lastNanos = now;
    window.sent(now, behind);
    ctx.write(probe.encode(ctx.alloc(), number, filler)).addListener(sent);
  }

  private void noteWhetherStuck(ChannelHandlerContext ctx, long now) {
    if (ctx.channel().isWritable()) {
      stuck = false;
    } else if (!stuck) {
      stuck = true;
      stuckSinceNanos = now;
    }
  }

  /** How long nothing is due, in nanoseconds; where there is no schedule, answers say when. */
  long idleNanos(long now) {
    if (settings.pace().isUnlimited()) {
      return Pace.BURST_NANOS;
    }
    long next = startNanos + settings.pace().dueAt(window.next());
    long end = startNanos + settings.durationNanos();
    return Math.max(0, Math.min(next, end) - now);
  }
}
