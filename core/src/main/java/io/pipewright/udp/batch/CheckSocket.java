package io.pipewright.udp.batch;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** A socket of the self-check, and the memory that it receives into. */
final class CheckSocket implements AutoCloseable {

  private static final int LIMIT_MILLIS = 1_000;

  private final Channel channel;
  private final ReceiveBuffers buffers;
  private final AtomicInteger lost = new AtomicInteger();

  CheckSocket(Channel channel, ReceiveBuffers buffers) {
    this.channel = channel;
    this.buffers = buffers;
  }

  Channel channel() {
    return channel;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Once it is closed: pieces of its memory that nobody holds and nobody has released. */
  int lostSlices() {
    return lost.get();
  }

  /** Waits until it is closed and its memory is free, for two seconds at most. */
  @Override
  public void close() {
    channel.close().awaitUninterruptibly(LIMIT_MILLIS);
    channel
        .eventLoop()
        .submit(() -> lost.set(buffers.closeAndCountLost()))
        .awaitUninterruptibly(LIMIT_MILLIS);
  }
}
