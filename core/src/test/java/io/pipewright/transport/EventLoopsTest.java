package io.pipewright.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.pipewright.ConfigurationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventLoopsTest {

  @Test
  void loopsThatWereMadeEndWithClose() {
    EventLoops loops = EventLoops.create(Transport.NIO, Workload.TCP, 2);
    loops.group().next().submit(() -> {}).syncUninterruptibly();

    loops.close();

    assertThat(loops.count()).isEqualTo(2);
    assertThat(loops.group().isTerminated()).isTrue();
  }

  @Test
  void loopsThatWereLentGoOnAfterClose() {
    var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      EventLoops loops = EventLoops.borrow(group);
      loops.close();

      assertThat(loops.transport()).isEqualTo(Transport.NIO);
      assertThat(loops.count()).isEqualTo(1);
      assertThat(group.isShuttingDown()).isFalse();
      assertThat(group.next().submit(() -> "alive").syncUninterruptibly().getNow())
          .isEqualTo("alive");
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void everyTransportThatIsHereIsRecognisedWhenItsLoopsAreLent(Transport transport) {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        transport.isAvailable(), transport + " is not here");
    try (EventLoops made = EventLoops.create(transport, Workload.TCP, 1)) {
      assertThat(EventLoops.borrow(made.group()).transport()).isEqualTo(transport);
    }
  }

  @Test
  void closingOnALoopOfItsOwnDoesNotBlockIt() {
    EventLoops loops = EventLoops.create(Transport.NIO, Workload.TCP, 1);

    loops.group().next().submit(loops::close).syncUninterruptibly();

    assertThat(loops.group().terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS))
        .isTrue();
  }

  @Test
  void aNegativeNumberOfLoopsIsRefused() {
    assertThatThrownBy(() -> EventLoops.create(Transport.NIO, Workload.TCP, -1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("loops: must be 0 (one a processor) or more, not -1");
  }
}
