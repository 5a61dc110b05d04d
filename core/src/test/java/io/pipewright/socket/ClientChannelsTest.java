package io.pipewright.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClientChannelsTest {

  @Test
  void ofTwoThreadsThatCloseAtOnceOneClosesTheChannelsAndTheOtherWaitsForIt() throws Exception {
    EventLoops loops = EventLoops.create(Transport.NIO, Workload.TCP, 1);
    ClientChannels channels = new ClientChannels(loops, true);
    Thread second = new Thread(channels::close, "second");
    Lingering channel = new Lingering(second);
    new Bootstrap()
        .group(loops.group())
        .channelFactory(() -> channel)
        .handler(new ChannelInboundHandlerAdapter())
        .register()
        .sync();
    channels.add(channel);

    Thread first = new Thread(channels::close, "first");
    first.start();
    await().until(() -> channel.closers.contains(first));
    second.start();
    second.join();

    assertThat(channel.closers).containsExactly(first);
    assertThat(channel.isOpen()).isFalse();
    assertThat(loops.group().isTerminated()).isTrue();
    first.join();
  }

  /** Whoever closes it is held up until the other thread waits, or closes it too. */
  private static final class Lingering extends NioSocketChannel {

    private final Set<Thread> closers = ConcurrentHashMap.newKeySet();
    private final Thread other;

    Lingering(Thread other) {
      this.other = other;
    }

    @Override
    public ChannelFuture close() {
      closers.add(Thread.currentThread());
      await()
          .until(() -> closers.contains(other) || other.getState() == Thread.State.TIMED_WAITING);
      return super.close();
    }
  }
}
