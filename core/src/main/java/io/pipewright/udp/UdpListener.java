package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import io.pipewright.ServerStats;
import io.pipewright.socket.ServerLifecycle;
import io.pipewright.transport.EventLoops;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A bound UDP server: one socket. */
final class UdpListener extends ServerLifecycle implements RunningUdpServer {

  private static final long LOOK_AGAIN_MILLIS = 25;

  private final Channel channel;
  private final DatagramGuard guard;
  private volatile long deadlineNanos = Long.MAX_VALUE;

  UdpListener(Channel channel, DatagramGuard guard, EventLoops loops, boolean ownsLoops) {
    super(List.of(channel), loops, ownsLoops);
    this.channel = channel;
    this.guard = guard;
    // a handler may close the socket, and then there is no server any more
    channel.closeFuture().addListener(closed -> drainAsync(Duration.ZERO));
  }

  /** What has come is still answered, nothing more is read. */
  @Override
  protected void beginDrain(Duration grace) {
    deadlineNanos = System.nanoTime() + grace.toNanos();
    channel.closeFuture().addListener(closed -> drained(List.of()));
    channel.eventLoop().execute(() -> {
      channel.config().setAutoRead(false);
      channel.pipeline().fireUserEventTriggered(new DrainEvent(grace));
      closeWhenDone();
    });
    endBy(grace, () -> drained(List.of()));
  }

  private void closeWhenDone() {
    ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
    boolean busy = InFlight.count(channel) > 0
        || (unwritten != null && unwritten.totalPendingWriteBytes() > 0);
    if (busy && System.nanoTime() - deadlineNanos < 0) {
      channel.eventLoop().schedule(this::closeWhenDone, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      channel.close();
    }
  }

  @Override
  protected void shortenDrain(Duration grace) {
    long deadline = System.nanoTime() + grace.toNanos();
    if (deadline - deadlineNanos < 0) {
      deadlineNanos = deadline;
    }
  }

  @Override
  public int connections() {
    return (int) guard.counts().sessions().open();
  }

  @Override
  public ServerStats stats() {
    return guard.stats();
  }

  @Override
  public long oversizedDatagrams() {
    return guard.oversized();
  }

  @Override
  public String toString() {
    return "UdpServer[" + localAddress() + ", " + state() + "]";
  }
}
