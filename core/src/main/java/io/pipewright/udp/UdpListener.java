package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DatagramChannel;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import io.pipewright.ServerStats;
import io.pipewright.kernel.UdpSockets;
import io.pipewright.socket.ServerLifecycle;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.udp.batch.Batching;
import io.pipewright.udp.multicast.Membership;
import io.pipewright.udp.multicast.Memberships;
import io.pipewright.udp.session.SessionCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A bound UDP server: one socket, or several that share its port. */
final class UdpListener extends ServerLifecycle implements RunningUdpServer {

  private static final long LOOK_AGAIN_MILLIS = 25;

  private final List<Channel> channels;
  private final ChannelSetup setup;
  private final SocketBuffers socketBuffers;
  private final Memberships memberships;
  private final AtomicInteger open;
  private volatile long deadlineNanos = Long.MAX_VALUE;

  /** What the kernel told when the sockets were about to be closed: it tells nothing of closed ones. */
  private volatile OptionalLong lastKernelDrops = OptionalLong.empty();

  UdpListener(
      List<Channel> channels, ChannelSetup setup, SocketBuffers socketBuffers, boolean ownsLoops) {
    super(channels.subList(0, 1), setup.loops(), ownsLoops);
    this.channels = List.copyOf(channels);
    this.setup = setup;
    this.socketBuffers = socketBuffers;
    this.memberships = new Memberships((DatagramChannel) channels.get(0));
    this.open = new AtomicInteger(channels.size());
    // handlers may close the sockets, and then there is no server any more
    channels.forEach(channel -> channel.closeFuture().addListener(closed -> oneClosed()));
  }

  private void oneClosed() {
    if (open.decrementAndGet() == 0) {
      drainAsync(Duration.ZERO);
    }
  }

  /** What has come is still answered, nothing more is read. */
  @Override
  protected void beginDrain(Duration grace) {
    deadlineNanos = System.nanoTime() + grace.toNanos();
    endBy(grace, () -> drained(List.of()));
    AtomicInteger unfinished = new AtomicInteger(channels.size());
    for (Channel channel : channels) {
      channel.closeFuture().addListener(closed -> {
        if (unfinished.decrementAndGet() == 0) {
          drained(List.of());
        }
      });
    }
    AtomicInteger undone = new AtomicInteger(channels.size());
    channels.forEach(channel -> begin(channel, grace, undone));
  }

  private void begin(Channel channel, Duration grace, AtomicInteger undone) {
    try {
      channel.eventLoop().execute(() -> {
        channel.config().setAutoRead(false);
        channel.pipeline().fireUserEventTriggered(new DrainEvent(grace));
        waitUntilDone(channel, undone);
      });
    } catch (RejectedExecutionException e) {
      done(undone); // its loop was lent and has ended, and so the channel is closed
    }
  }

  private void waitUntilDone(Channel channel, AtomicInteger undone) {
    channel.flush();
    ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
    boolean busy = InFlight.count(channel) > 0
        || (unwritten != null && unwritten.totalPendingWriteBytes() > 0);
    if (busy && System.nanoTime() - deadlineNanos < 0) {
      channel
          .eventLoop()
          .schedule(() -> waitUntilDone(channel, undone), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      done(undone);
    }
  }

  /** Reading what the kernel tells is reading files: on none of the event loops. */
  private void done(AtomicInteger undone) {
    if (undone.decrementAndGet() == 0) {
      CompletableFuture.runAsync(() -> lastKernelDrops = kernelDrops(), WaitingThreads.INSTANCE)
          .whenComplete((told, failure) -> channels.forEach(Channel::close));
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
    return (int) setup.counts().sessions().open();
  }

  /** Without sessions a datagram service accepts nobody and refuses nobody. */
  @Override
  public ServerStats stats() {
    Tally total = setup.counts().total();
    SessionCounts sessions = setup.counts().sessions();
    Map<String, Long> errors = new TreeMap<>(setup.errors().snapshot());
    setup.counts().sendFailures().forEach((reason, count) -> errors.put("send-" + reason, count));
    errors.putAll(setup.counts().dropped());
    sessions.errors().snapshot().forEach((kind, count) -> errors.merge(kind, count, Long::sum));
    sessions.ended().forEach((reason, count) -> errors.put("session-" + reason, count));
    return new ServerStats(
        sessions.open(),
        sessions.opened(),
        sessions.refused(),
        total.receivedBytes(),
        total.writtenBytes(),
        total.received(),
        total.sent(),
        errors);
  }

  @Override
  public DatagramStats datagramStats() {
    Tally total = setup.counts().total();
    return new DatagramStats(
        total.received(),
        total.receivedBytes(),
        total.sent(),
        total.writtenBytes(),
        setup.counts().dropped(),
        setup.counts().sendFailures(),
        setup.counts().datagramsResent(),
        kernelDrops());
  }

  private OptionalLong kernelDrops() {
    List<Channel> stillOpen = channels.stream().filter(Channel::isOpen).toList();
    return stillOpen.isEmpty()
        ? lastKernelDrops
        : UdpSockets.queuesOf(stillOpen)
            .map(queues -> OptionalLong.of(queues.drops()))
            .orElse(OptionalLong.empty());
  }

  @Override
  public String summary() {
    return datagramStats().describe();
  }

  @Override
  public CompletableFuture<Membership> join(Membership group) {
    Memberships.check(setup.loops().transport(), group);
    return memberships.join(group);
  }

  @Override
  public CompletableFuture<Membership> leave(Membership group) {
    return memberships.leave(group);
  }

  @Override
  public CompletableFuture<Set<Membership>> memberships() {
    return memberships.joined();
  }

  @Override
  public Batching batching() {
    return setup.batching();
  }

  @Override
  public int shards() {
    return channels.size();
  }

  @Override
  public SocketBuffers socketBuffers() {
    return socketBuffers;
  }

  @Override
  public long oversizedDatagrams() {
    return setup.counts().droppedBy(DatagramCounts.TOO_LONG);
  }

  @Override
  public String toString() {
    return "UdpServer[" + localAddress() + ", " + state() + "]";
  }
}
