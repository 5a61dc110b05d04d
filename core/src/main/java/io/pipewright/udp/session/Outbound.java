package io.pipewright.udp.session;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayDeque;

/**
 * Hands what a session has flushed over to the shared socket, and completes the session's writes as the socket completes them,
 * in order. Until then they count as the session's own. Runs on the event loop alone.
 */
final class Outbound implements ChannelOutboundBuffer.MessageProcessor {

  /** How many of one session wait in the socket, beside those of others. */
  private static final int MOST_HANDED_OVER = 64;

  private final SessionChannel session;
  private final SharedSocket socket;
  private final ArrayDeque<ChannelFuture> handedOver = new ArrayDeque<>(4);
  private final ChannelFutureListener onSent = sent -> sent();
  private boolean busy;
  private boolean all;
  private int skip;

  Outbound(SessionChannel session, SharedSocket socket) {
    this.session = session;
    this.socket = socket;
  }

  /**
   * Hands over what is flushed.
   *
   * @param all also beyond what should wait in the socket
   */
  void handOver(ChannelOutboundBuffer in, boolean all) {
    if (busy) {
      return;
    }
    busy = true;
    this.all = all;
    skip = handedOver.size();
    try {
      in.forEachFlushedMessage(this);
    } catch (Exception e) {
      throw new IllegalStateException("the processor throws nothing", e);
    } finally {
      busy = false;
    }
    if (!handedOver.isEmpty()) {
      socket.flushSoon();
    }
    settle(in);
  }

  @Override
  public boolean processMessage(Object message) {
    if (skip > 0) {
      skip--; // it is in the socket already
      return true;
    }
    if (!all && (handedOver.size() >= MOST_HANDED_OVER || !socket.channel().isWritable())) {
      socket.awaitRoom(session);
      return false;
    }
    handedOver.add(socket.send(((DatagramPacket) message).retain()).addListener(onSent));
    return true;
  }

  private void sent() {
    ChannelOutboundBuffer in = session.unsafe().outboundBuffer();
    if (!busy && in != null) {
      settle(in);
    }
  }

  private void settle(ChannelOutboundBuffer in) {
    while (!handedOver.isEmpty() && handedOver.peek().isDone()) {
      ChannelFuture first = handedOver.poll();
      while (in.current() != null && !(in.current() instanceof DatagramPacket)) {
        in.remove(); // was cancelled before it was flushed
      }
      if (first.isSuccess()) {
        in.remove();
      } else {
        in.remove(first.cause());
      }
    }
    if (handedOver.isEmpty()) {
      session.settled();
    }
  }

  /** Goes on with what has waited. */
  void resume(ChannelOutboundBuffer in) {
    if (in.size() > handedOver.size()) {
      handOver(in, false);
    }
  }

  boolean isSettled() {
    return handedOver.isEmpty();
  }

  void clear() {
    handedOver.clear();
  }
}
