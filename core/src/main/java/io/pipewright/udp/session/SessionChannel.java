package io.pipewright.udp.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * One peer of a UDP socket as a channel: what the peer sends comes in, a buffer a datagram; each buffer that is written goes to
 * the peer as a datagram. It has no socket of its own, and lives on the event loop of the one that it shares.
 *
 * <p>A write is done when the kernel has taken the datagram, and failed if it has not. What is written waits here while the
 * shared socket is not writable. {@link #close} sends what is written first. While it does not read, a bounded number of
 * datagrams waits; more are dropped and counted.
 */
final class SessionChannel extends AbstractChannel {

  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  // the place in the table's order: the table's alone
  SessionChannel heardBefore;
  SessionChannel heardAfter;
  boolean confirmed;
  long heardAt;
  long openedInBatch;

  /** Whether it was handed something in the current batch. */
  boolean inBatch;

  /** Whether what it has flushed waits for room in the shared socket. */
  boolean awaitsRoom;

  private final SharedSocket socket;
  private final InetSocketAddress peer;
  private final SessionConfig config;
  private final Outbound outbound;
  private InboundQueue queue;
  private boolean readPending;
  private boolean delivering;
  private boolean closing;
  private volatile boolean open = true;
  private volatile boolean awaitsWritability;

  SessionChannel(SharedSocket socket, InetSocketAddress peer) {
    super(socket.channel());
    this.socket = socket;
    this.peer = peer;
    this.config = new SessionConfig(this, socket.channel(), this::stopReading);
    this.outbound = new Outbound(this, socket);
  }

  // ---- inbound

  /** Takes over a datagram's content, and hands it to the pipeline, lets it wait, or drops it. */
  void receive(ByteBuf datagram) {
    if (mayRead() && !delivering && (queue == null || queue.isEmpty())) {
      readPending = false;
      pipeline().fireChannelRead(datagram);
    } else {
      enqueue(datagram);
    }
  }

  private void enqueue(ByteBuf datagram) {
    if (queue == null) {
      queue = new InboundQueue(socket.queuedBytes());
    }
    if (!queue.offer(datagram, socket.policy().maxQueuedDatagrams(), alloc())) {
      socket.counts().drop("session-queue-full");
    }
  }

  private boolean mayRead() {
    return open && (config.isAutoRead() || readPending);
  }

  private void stopReading() {
    readPending = false;
  }

  @Override
  protected void doBeginRead() {
    readPending = true;
    if (queue != null && !queue.isEmpty() && !delivering) {
      eventLoop().execute(this::deliver);
    }
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    boolean delivered = false;
    try {
      while (!queue.isEmpty() && mayRead()) {
        readPending = false;
        delivered = true;
        pipeline().fireChannelRead(queue.poll());
      }
    } finally {
      delivering = false;
    }
    if (delivered) {
      pipeline().fireChannelReadComplete();
    }
  }

  // ---- outbound

  @Override
  protected Object filterOutboundMessage(Object message) throws Exception {
    if (closing) {
      throw new ClosedChannelException();
    }
    if (message instanceof ByteBuf bytes) {
      return new DatagramPacket(bytes, peer);
    }
    throw new UnsupportedOperationException("a session sends ByteBufs, each as a datagram, and no "
        + message.getClass().getName());
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    outbound.handOver(in, false);
  }

  /** The shared socket takes datagrams again. */
  void resume() {
    awaitsRoom = false;
    ChannelOutboundBuffer in = unsafe().outboundBuffer();
    if (in != null) {
      outbound.resume(in);
    }
    boolean awaited = awaitsWritability;
    awaitsWritability = false;
    if (awaited && isWritable()) { // if not, it waits again
      pipeline().fireChannelWritabilityChanged();
    }
  }

  /** What is written here may wait for the peer's turn, or for the socket that all share; both count. */
  @Override
  public boolean isWritable() {
    if (!super.isWritable()) {
      return false;
    }
    if (socket.channel().isWritable()) {
      return true;
    }
    if (!awaitsWritability) {
      awaitsWritability = true;
      socket.awaitWritability(this);
    }
    return socket.channel().isWritable(); // it may have become so meanwhile
  }

  boolean owes() {
    ChannelOutboundBuffer in = unsafe().outboundBuffer();
    return in != null && in.totalPendingWriteBytes() > 0;
  }

  // ---- life

  /** All that was handed over has been taken or refused. */
  void settled() {
    if (closing && open) {
      ((SessionUnsafe) unsafe()).closeNow(newPromise());
    }
  }

  /** Closes without sending what is written: the shared socket is gone. */
  void abandon() {
    ((SessionUnsafe) unsafe()).closeNow(newPromise());
  }

  @Override
  protected void doClose() {
    open = false;
    socket.closed(this);
    outbound.clear();
    if (queue != null) {
      for (int dropped = queue.clear(); dropped > 0; dropped--) {
        socket.counts().drop("session-closed");
      }
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("a session has the address of its socket");
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop == socket.channel().eventLoop();
  }

  @Override
  protected SocketAddress localAddress0() {
    return socket.channel().localAddress();
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return peer;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return peer;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new SessionUnsafe();
  }

  private final class SessionUnsafe extends AbstractUnsafe {

    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException("a session has its peer"));
    }

    /** What is written goes first, if the socket is there; what its send buffer does not take at once is waited for. */
    @Override
    public void close(ChannelPromise promise) {
      ChannelOutboundBuffer in = outboundBuffer();
      if (in == null || !open || !isRegistered() || !socket.channel().isActive()) {
        closeNow(promise);
        return;
      }
      socket.closed(SessionChannel.this);
      if (!closing) {
        closing = true;
        in.addFlush();
        outbound.handOver(in, true);
        if (!outbound.isSettled()) {
          socket.flushNow();
        }
      }
      if (!open || outbound.isSettled()) {
        closeNow(promise);
      } else {
        closeFuture().addListener(closed -> promise.trySuccess());
      }
    }

    void closeNow(ChannelPromise promise) {
      super.close(promise);
    }
  }
}
