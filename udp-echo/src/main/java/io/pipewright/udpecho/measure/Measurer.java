package io.pipewright.udpecho.measure;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import io.pipewright.kernel.UdpSockets;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.udpecho.session.Probe;
import io.pipewright.udpecho.session.SessionCounts;
import io.pipewright.udpecho.session.SessionMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A measurement, from its first query to its end. Everything happens on the event loop of its channel, which is connected.
 *
 * <pre>
 *   BEGINNING ──► SENDING ──► WAITING ──► ASKING ──► DONE
 *       │ nothing listens        (all answered, or timed out)
 *       └──► failed
 * </pre>
 */
final class Measurer extends SimpleChannelInboundHandler<DatagramPacket> {

  private static final long LOOK_NANOS = 5_000_000;

  /** So long at least the loop reads answers before it sends again, however far behind the schedule it is. */
  private static final long REST_NANOS = 250_000;

  private static final long LEAST_LINGER_NANOS = 50_000_000;

  private final MeasurementSettings settings;
  private final CompletableFuture<Finding> finding = new CompletableFuture<>();
  private final long session = ThreadLocalRandom.current().nextLong();
  private final Probe probe = new Probe(session);
  private final Tally tally = new Tally();
  private final SentWindow window;
  private final ProbeSender sender;
  private Phase phase = Phase.BEGINNING;
  private Inquiry inquiry;
  private Future<?> tick;
  private boolean serverCounts;
  private boolean complete = true;
  private long allAnsweredAtNanos;
  private boolean allAnswered;

  /**
   * What was found.
   *
   * @param failure why the kernel took no datagram, if it did not take one
   */
  record Finding(
      Counts counts,
      boolean complete,
      Duration took,
      Optional<RoundTrip> roundTrip,
      Optional<RoundTrip> fromSchedule,
      Optional<SessionCounts> server,
      Optional<Throwable> failure) {}

  Measurer(MeasurementSettings settings) {
    this.settings = settings;
    this.window = new SentWindow(settings.remembered(), settings.timeout().toNanos());
    this.sender = new ProbeSender(settings, window, session, tally);
  }

  /** Completed on the event loop. */
  CompletableFuture<Finding> finding() {
    return finding;
  }

  void begin(ChannelHandlerContext ctx) {
    enter(Phase.BEGINNING);
    ask(ctx, SessionMessage.Type.BEGIN, begun -> {
      serverCounts = begun.isPresent();
      if (phase == Phase.BEGINNING) {
        sendAll(ctx);
      }
    });
  }

  private void ask(
      ChannelHandlerContext ctx,
      SessionMessage.Type type,
      Consumer<Optional<SessionCounts>> answered) {
    inquiry = new Inquiry(
        ctx.executor(),
        type,
        session,
        query -> ctx.writeAndFlush(query.encode(ctx.alloc())),
        answered);
    inquiry.start(settings.timeout().toNanos());
  }

  private void sendAll(ChannelHandlerContext ctx) {
    enter(Phase.SENDING);
    sender.begin(System.nanoTime());
    tick(ctx);
  }

  private void tick(ChannelHandlerContext ctx) {
    long now = System.nanoTime();
    window.giveUp(now);
    if (phase == Phase.SENDING) {
      sendMore(ctx, now);
    }
    if (phase == Phase.WAITING && isOver(now)) {
      askForCounts(ctx);
      return;
    }
    long next = phase == Phase.SENDING
        ? Math.max(REST_NANOS, Math.min(LOOK_NANOS, sender.idleNanos(System.nanoTime())))
        : LOOK_NANOS;
    tick = ctx.executor().schedule(() -> tick(ctx), next, TimeUnit.NANOSECONDS);
  }

  private void sendMore(ChannelHandlerContext ctx, long now) {
    if (!sender.isDone(now)) {
      sender.send(ctx, now);
    }
    if (sender.isStuck(now)) {
      complete = false;
      enter(Phase.WAITING);
    } else if (sender.isDone(now)) {
      enter(Phase.WAITING);
    }
  }

  /** When all is answered, copies of the answers may still be on their way. */
  private boolean isOver(long now) {
    if (window.waiting() > 0) {
      return false;
    }
    if (!allAnswered) {
      allAnswered = true;
      allAnsweredAtNanos = now;
    }
    long linger = Math.min(
        settings.timeout().toNanos(), Math.max(LEAST_LINGER_NANOS, 2 * tally.longestNanos()));
    return now - allAnsweredAtNanos >= linger;
  }

  private void askForCounts(ChannelHandlerContext ctx) {
    enter(Phase.ASKING);
    if (serverCounts) {
      ask(ctx, SessionMessage.Type.REPORT, counts -> lookAtBuffer(ctx, counts));
    } else {
      lookAtBuffer(ctx, Optional.empty());
    }
  }

  /** What the kernel says of this socket is in a file, which no event loop may read. */
  private void lookAtBuffer(ChannelHandlerContext ctx, Optional<SessionCounts> server) {
    CompletableFuture.supplyAsync(
            () -> UdpSockets.queuesOf(List.of(ctx.channel())), WaitingThreads.INSTANCE)
        .whenCompleteAsync(
            (queues, failure) -> {
              if (failure == null && queues.isPresent()) {
                tally.droppedHere(OptionalLong.of(queues.get().drops()));
              }
              finish(ctx, server);
            },
            ctx.executor());
  }

  private void finish(ChannelHandlerContext ctx, Optional<SessionCounts> server) {
    enter(Phase.DONE);
    boolean paced = !settings.pace().isUnlimited();
    finding.complete(new Finding(
        counts(),
        complete,
        Duration.ofNanos(sender.tookNanos()),
        tally.roundTrip(),
        paced ? tally.fromSchedule() : Optional.empty(),
        server,
        sender.failure()));
    ctx.close();
  }

  private void enter(Phase next) {
    phase = next;
    settings.listener().accept(next);
  }

  private Counts counts() {
    return tally.counts(window.next());
  }

  Progress progress() {
    Duration elapsed = sender.hasBegun()
        ? Duration.ofNanos(System.nanoTime() - sender.startNanos())
        : Duration.ZERO;
    return new Progress(phase, elapsed, counts(), window.waiting(), tally.roundTrip());
  }

  /** Sends no more, and comes to an end in order. */
  void stop(ChannelHandlerContext ctx) {
    if (phase == Phase.BEGINNING) {
      complete = false;
      phase = Phase.WAITING; // so that what is asked now does not begin to send
      inquiry.giveUp();
      askForCounts(ctx);
    } else if (phase == Phase.SENDING) {
      complete = false;
      enter(Phase.WAITING);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
    long now = System.nanoTime();
    long number = probe.number(datagram.content());
    if (number == Probe.NOT_INTACT) {
      Optional<SessionMessage> message = SessionMessage.decode(datagram.content());
      if (message.isPresent()) {
        inquiry.heard(message.get());
      } else {
        tally.corrupted();
      }
      return;
    }
    SentWindow.Outcome outcome = window.answered(number, now);
    switch (outcome) {
      case ANSWERED, LATE ->
        tally.answer(
            number,
            now - window.sentAt(number),
            window.behindNanos(number),
            outcome == SentWindow.Outcome.ANSWERED);
      case DUPLICATE -> tally.duplicate();
      case FORGOTTEN -> tally.forgotten();
      case NEVER_SENT -> tally.corrupted();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (phase == Phase.SENDING && settings.pace().isUnlimited()) {
      sendMore(ctx, System.nanoTime());
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
    } else if (phase == Phase.BEGINNING) {
      enter(Phase.DONE);
      finding.completeExceptionally(cause);
      ctx.close();
    } else {
      tally.refused();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (tick != null) {
      tick.cancel(false);
    }
    finding.completeExceptionally(new CancellationException("the measurement was closed"));
    ctx.fireChannelInactive();
  }
}
