package io.pipewright.udp.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.DrainEvent;
import io.pipewright.log.BoundedLog;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;

/**
 * Hands each datagram of a socket to the session of its sender, which it opens for a new one, and flushes what the sessions of a
 * batch have answered once. Runs on the socket's event loop alone, but for {@link #awaitWritability}.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter implements SharedSocket {

  private static final int LINES_PER_SECOND = 1;

  private final SessionPolicy policy;
  private final SessionInitializer initializer;
  private final SessionCounts counts;
  private final BoundedLog log;
  private final InboundQueue.QueuedBytes queuedBytes;
  private final SessionTable table = new SessionTable();
  private final List<SessionChannel> touched = new ArrayList<>();
  private final ArrayDeque<SessionChannel> awaitingRoom = new ArrayDeque<>();
  private final Queue<SessionChannel> awaitingWritability = new ConcurrentLinkedQueue<>();
  private final Runnable flush = this::flushScheduled;
  private ChannelHandlerContext ctx;
  private OpeningRate opening;
  private SessionExpiry expiry;
  private boolean inBatch;
  private long batch;
  private long now;
  private boolean unflushed;
  private boolean flushIsScheduled;
  private boolean draining;

  SessionHandler(
      SessionPolicy policy, SessionInitializer initializer, SessionCounts counts, Logger logger) {
    this.policy = policy;
    this.initializer = initializer;
    this.counts = counts;
    this.log = BoundedLog.of(logger, LINES_PER_SECOND);
    this.queuedBytes = new InboundQueue.QueuedBytes(policy.maxQueuedBytes());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    this.expiry = new SessionExpiry(ctx.executor(), table, policy.idleTimeout(), counts);
  }

  // ---- inbound

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket datagram)) {
      ctx.fireChannelRead(message);
      return;
    }
    beginBatch();
    SessionChannel session = table.get(datagram.sender());
    if (session == null) {
      session = open(datagram.sender());
    }
    if (session == null) {
      datagram.release();
      return;
    }
    if (!session.inBatch) {
      session.inBatch = true;
      touched.add(session);
      heard(session);
    }
    session.receive(datagram.content());
  }

  private void beginBatch() {
    if (!inBatch) {
      inBatch = true;
      batch++;
      now = expiry.nanoTime();
    }
  }

  private void heard(SessionChannel session) {
    session.heardAt = now;
    if (session.openedInBatch != batch) {
      table.heardAgain(session);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    for (SessionChannel session : touched) {
      session.inBatch = false;
      if (session.isOpen()) {
        session.pipeline().fireChannelReadComplete();
      }
    }
    touched.clear();
    inBatch = false;
    if (unflushed) {
      flushNow();
    }
    ctx.fireChannelReadComplete();
  }

  // ---- opening and ending

  /** The new peer's session, or {@code null}: it was refused and counted. */
  private SessionChannel open(InetSocketAddress peer) {
    String refusal = refusal();
    if (refusal != null) {
      counts.refuse(refusal);
      return null;
    }
    SessionChannel session = new SessionChannel(this, peer);
    session.openedInBatch = batch;
    session.heardAt = now;
    try {
      initializer.install(session);
    } catch (RuntimeException e) { // a user's supplier: one peer fails, the others do not
      log.warn("no session for {}: {}", peer, e.toString());
      session.abandon();
      counts.refuse("session-failed");
      return null;
    }
    table.add(session);
    counts.sessionOpened();
    ctx.channel().eventLoop().register(session);
    expiry.armed();
    if (!session.isOpen()) { // a handler has closed it at once
      counts.drop("session-closed");
      return null;
    }
    return session;
  }

  private String refusal() {
    if (draining) {
      return "draining";
    }
    if (opening == null) {
      opening = new OpeningRate(policy.opensPerSecond(), now);
    }
    SessionChannel leaving = null;
    if (table.size() >= policy.maxSessions()) {
      leaving = table.leastWanted();
      if (leaving == null) {
        return "sessions-full";
      }
    }
    if (!opening.take(now)) {
      return "session-rate";
    }
    if (leaving != null) {
      counts.sessionEnded("evicted");
      leaving.close();
    }
    return null;
  }

  @Override
  public void closed(SessionChannel session) {
    if (table.remove(session)) {
      counts.sessionClosed();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof DrainEvent drain && !draining) {
      draining = true;
      new SessionDrain(ctx, table).begin(drain);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    table.all().forEach(SessionChannel::abandon);
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    table.all().forEach(SessionChannel::abandon);
  }

  // ---- outbound

  @Override
  public ChannelFuture send(DatagramPacket datagram) {
    return ctx.write(datagram);
  }

  @Override
  public void flushSoon() {
    unflushed = true;
    if (!inBatch && !flushIsScheduled) {
      flushIsScheduled = true;
      ctx.channel().eventLoop().execute(flush);
    }
  }

  private void flushScheduled() {
    flushIsScheduled = false;
    if (unflushed) {
      flushNow();
    }
  }

  @Override
  public void flushNow() {
    unflushed = false;
    ctx.flush();
    resumeThoseWithRoom();
  }

  private void resumeThoseWithRoom() {
    for (int left = awaitingRoom.size(); left > 0 && ctx.channel().isWritable(); left--) {
      awaitingRoom.poll().resume();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      resumeThoseWithRoom();
      for (int left = awaitingWritability.size(); left > 0; left--) {
        awaitingWritability.poll().resume();
      }
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void awaitRoom(SessionChannel session) {
    if (!session.awaitsRoom) {
      session.awaitsRoom = true;
      awaitingRoom.add(session);
    }
  }

  @Override
  public void awaitWritability(SessionChannel session) {
    awaitingWritability.add(session);
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public SessionPolicy policy() {
    return policy;
  }

  @Override
  public SessionCounts counts() {
    return counts;
  }

  @Override
  public InboundQueue.QueuedBytes queuedBytes() {
    return queuedBytes;
  }
}
