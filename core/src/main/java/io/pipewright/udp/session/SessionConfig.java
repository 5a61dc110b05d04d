package io.pipewright.udp.session;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;

/** A session's options: those of every channel. It allocates from where its socket does, and receives into nothing of its own. */
final class SessionConfig extends DefaultChannelConfig {

  private static final FixedRecvByteBufAllocator NO_RECEIVING = new FixedRecvByteBufAllocator(1);

  private final Runnable stopReading;

  SessionConfig(Channel session, Channel socket, Runnable stopReading) {
    super(session, NO_RECEIVING);
    this.stopReading = stopReading;
    setAllocator(socket.config().getAllocator());
  }

  @Override
  protected void autoReadCleared() {
    stopReading.run();
  }
}
