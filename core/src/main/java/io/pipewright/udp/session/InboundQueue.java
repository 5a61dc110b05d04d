package io.pipewright.udp.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/**
 * Datagrams that wait for a session that does not read, copied, so that a few bytes keep no receive buffer alive. Not
 * thread-safe.
 */
final class InboundQueue {

  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
  private final QueuedBytes all;

  /** Bytes that wait for all sessions of one socket. */
  static final class QueuedBytes {
    private final long most;
    private long bytes;

    QueuedBytes(long most) {
      this.most = most;
    }
  }

  InboundQueue(QueuedBytes all) {
    this.all = all;
  }

  /** Takes a datagram over, in any case; says no if there was no room for it. */
  boolean offer(ByteBuf datagram, int mostDatagrams, ByteBufAllocator alloc) {
    try {
      int bytes = datagram.readableBytes();
      if (waiting.size() >= mostDatagrams || all.bytes + bytes > all.most) {
        return false;
      }
      waiting.add(alloc.buffer(bytes).writeBytes(datagram));
      all.bytes += bytes;
      return true;
    } finally {
      datagram.release();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The next one, for the caller to release. */
  ByteBuf poll() {
    ByteBuf next = waiting.poll();
    all.bytes -= next.readableBytes();
    return next;
  }

  /** Releases all. */
  int clear() {
    int cleared = waiting.size();
    while (!waiting.isEmpty()) {
      poll().release();
    }
    return cleared;
  }
}
