package io.pipewright.udp.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.WriteBufferWaterMark;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import io.pipewright.idle.IdleEvent;
import io.pipewright.pipeline.Pipeline;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private EmbeddedSocket socket = new EmbeddedSocket(SessionPolicy.builder());

  private EmbeddedSocket with(SessionPolicy.Builder policy) {
    socket.finishAndReleaseAll();
    socket = new EmbeddedSocket(policy);
    return socket;
  }

  @AfterEach
  void close() {
    socket.finishAndReleaseAll();
  }

  @Test
  void everyPeerHasAChannelOfItsOwnAndItsDatagramsComeInOrder() {
    socket.writeInbound(
        EmbeddedSocket.datagram("a1", EmbeddedSocket.peer(1)),
        EmbeddedSocket.datagram("b1", EmbeddedSocket.peer(2)),
        EmbeddedSocket.datagram("a2", EmbeddedSocket.peer(1)),
        EmbeddedSocket.datagram("", EmbeddedSocket.peer(2)));
    assertThat(socket.sent()).containsExactlyInAnyOrder("1:a1", "1:a2", "2:b1", "2:");
    assertThat(socket.sessions).hasSize(2);
    Channel first = socket.sessions.get(0);
    assertThat(first.parent()).isSameAs(socket);
    assertThat(first.remoteAddress()).isEqualTo(EmbeddedSocket.peer(1));
    assertThat(first.eventLoop()).isSameAs(socket.eventLoop());
    assertThat(first.id()).isNotEqualTo(socket.sessions.get(1).id());
    assertThat(socket.counts.open()).isEqualTo(2);
  }

  @Test
  void aSessionWhosePeerIsSilentGetsAnIdleEventAndEnds() {
    with(SessionPolicy.builder().idleTimeout(Duration.ofSeconds(10)));
    socket.receive(1, "x");
    socket.advanceTimeBy(6, TimeUnit.SECONDS);
    socket.receive(2, "y");
    socket.advanceTimeBy(5, TimeUnit.SECONDS);
    socket.runPendingTasks();
    assertThat(socket.sessions.get(0).isOpen()).isFalse();
    assertThat(socket.sessions.get(1).isOpen()).isTrue();
    assertThat(socket.events).containsExactly(new IdleEvent(Duration.ofSeconds(10)));
    assertThat(socket.counts.ended()).isEqualTo(Map.of("idle", 1L));
    socket.receive(1, "again");
    assertThat(socket.counts.opened()).isEqualTo(3);
    socket.advanceTimeBy(20, TimeUnit.SECONDS);
    socket.runPendingTasks();
    assertThat(socket.counts.open()).isZero();
  }

  @Test
  void whoWasHeardOnceGivesWayAndWhoWasHeardAgainStays() {
    with(SessionPolicy.builder().maxSessions(2));
    socket.receive(1, "known");
    socket.receive(1, "known again");
    socket.receive(2, "once");
    socket.receive(3, "new");
    assertThat(socket.sessions.get(0).isOpen()).isTrue();
    assertThat(socket.sessions.get(1).isOpen()).isFalse();
    assertThat(socket.counts.ended()).isEqualTo(Map.of("evicted", 1L));
    socket.receive(3, "new again");
    socket.receive(4, "too many");
    assertThat(socket.dropped("sessions-full")).isEqualTo(1);
    assertThat(socket.counts.refused()).isEqualTo(Map.of("sessions-full", 1L));
    assertThat(socket.sent())
        .containsExactly("1:known", "1:known again", "2:once", "3:new", "3:new again");
  }

  @Test
  void aFloodOfForgedSourcesIsBoundedAndKnownPeersAreServedAllTheTime() {
    with(SessionPolicy.builder().maxSessions(1_000).opensPerSecond(2_000));
    socket.receive(1, "hello");
    socket.receive(1, "hello");
    socket.sent();
    for (int i = 0; i < 100_000; i++) {
      byte[] address = {11, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
      socket.writeInbound(EmbeddedSocket.datagram("forged", source(address)));
      if (i % 100 == 0) {
        socket.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        socket.sent();
        socket.receive(1, "still here");
        assertThat(socket.sent()).containsExactly("1:still here");
      }
    }
    assertThat(socket.counts.open()).isEqualTo(1_000);
    assertThat(socket.sessions.get(0).isOpen()).isTrue();
    assertThat(socket.counts.opened())
        .as("of a second, and those at once")
        .isBetween(3_500L, 4_500L);
    assertThat(socket.dropped("session-rate")).isGreaterThan(95_000);
  }

  private static InetSocketAddress source(byte[] address) {
    try {
      return new InetSocketAddress(java.net.InetAddress.getByAddress(address), 4_000);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatASessionThatDoesNotReadCannotHoldIsDroppedAndOthersGoOn() {
    with(SessionPolicy.builder().maxQueuedDatagrams(3));
    socket.receive(1, "0");
    socket.sessions.get(0).config().setAutoRead(false);
    socket.receive(1, "1", "2", "3", "4", "5");
    socket.receive(2, "other");
    assertThat(socket.sent()).containsExactly("1:0", "2:other");
    assertThat(socket.dropped("session-queue-full")).isEqualTo(2);

    socket.sessions.get(0).read();
    socket.runPendingTasks();
    assertThat(socket.sent()).as("one read is one datagram").containsExactly("1:1");

    socket.sessions.get(0).config().setAutoRead(true);
    socket.runPendingTasks();
    socket.receive(1, "6");
    assertThat(socket.sent()).containsExactly("1:2", "1:3", "1:6");
  }

  @Test
  void bytesThatWaitForAllSessionsAreBoundedToo() {
    with(SessionPolicy.builder().maxQueuedBytes(10));
    for (int port = 1; port <= 3; port++) {
      socket.receive(port, "x");
      socket.sessions.get(port - 1).config().setAutoRead(false);
      socket.receive(port, "12345");
    }
    assertThat(socket.dropped("session-queue-full")).isEqualTo(1);
    socket.sessions.get(0).close();
    assertThat(socket.dropped("session-closed")).isEqualTo(1);
    socket.receive(3, "12345");
    assertThat(socket.dropped("session-queue-full")).isEqualTo(1);
  }

  @Test
  void anUnwritableSocketMakesItsSessionsUnwritableUntilItTakesMore() {
    socket.receive(1, "x");
    socket.receive(2, "y");
    socket.sent();
    Channel session = socket.sessions.get(0);
    socket.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
    socket.write(EmbeddedSocket.datagram("fills it", EmbeddedSocket.peer(9)));
    assertThat(socket.isWritable()).isFalse();

    assertThat(session.isWritable()).isFalse();
    ChannelFuture write = session.writeAndFlush(Unpooled.copiedBuffer("waits", UTF_8));
    socket.runPendingTasks();
    assertThat(write.isDone()).isFalse();
    assertThat(socket.sessions.get(1).unsafe().outboundBuffer().totalPendingWriteBytes())
        .isZero();

    socket.flush();
    socket.runPendingTasks();
    assertThat(write.isSuccess()).isTrue();
    assertThat(session.isWritable()).isTrue();
    assertThat(socket.events).containsExactly("writable");
    assertThat(socket.sent()).last().isEqualTo("1:waits");
  }

  @Test
  void aSessionsOwnWritesMakeItUnwritableAndNoOther() {
    socket.receive(1, "x");
    socket.receive(2, "y");
    Channel session = socket.sessions.get(0);
    session.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 20));
    session.write(Unpooled.copiedBuffer("more than it should", UTF_8));
    assertThat(session.isWritable()).isFalse();
    assertThat(socket.sessions.get(1).isWritable()).isTrue();
    session.flush();
    socket.runPendingTasks();
    assertThat(session.isWritable()).isTrue();
  }

  @Test
  void closingASessionSendsWhatIsWrittenAndTheNextDatagramOpensANewOne() {
    socket.receive(1, "x");
    Channel session = socket.sessions.get(0);
    ChannelFuture write = session.write(Unpooled.copiedBuffer("goodbye", UTF_8));
    assertThat(session.close().isSuccess()).isTrue();
    assertThat(write.isSuccess()).isTrue();
    socket.runPendingTasks();
    socket.receive(1, "back");
    assertThat(socket.sent()).containsExactly("1:x", "1:goodbye", "1:back");
    assertThat(socket.counts.opened()).isEqualTo(2);
    assertThat(socket.counts.open()).isEqualTo(1);
  }

  @Test
  void aWriteToAClosedSessionFailsAndIsReleased() {
    socket.receive(1, "x");
    Channel session = socket.sessions.get(0);
    session.close();
    ByteBuf late = Unpooled.copiedBuffer("late", UTF_8);
    assertThat(session.writeAndFlush(late).cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(late.refCnt()).isZero();
  }

  @Test
  void whatIsNoBufferIsRefusedAndReleased() {
    socket.receive(1, "x");
    var packet = EmbeddedSocket.datagram("to another", EmbeddedSocket.peer(2));
    assertThat(socket.sessions.get(0).writeAndFlush(packet).cause())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(packet.refCnt()).isZero();
  }

  @Test
  void aCancelledWriteIsPassedOverAndThoseBesideItAreNot() {
    socket.receive(1, "x");
    Channel session = socket.sessions.get(0);
    ChannelFuture first = session.write(Unpooled.copiedBuffer("1", UTF_8));
    ChannelFuture second = session.write(Unpooled.copiedBuffer("2", UTF_8));
    ChannelFuture third = session.write(Unpooled.copiedBuffer("3", UTF_8));
    assertThat(second.cancel(false)).isTrue();
    session.flush();
    socket.runPendingTasks();
    assertThat(first.isSuccess()).isTrue();
    assertThat(third.isSuccess()).isTrue();
    assertThat(socket.sent()).containsExactly("1:x", "1:1", "1:3");
    assertThat(session.unsafe().outboundBuffer().totalPendingWriteBytes()).isZero();
  }

  @Test
  void theEndOfTheSocketEndsItsSessionsAndFailsTheirWrites() {
    socket.receive(1, "x");
    Channel session = socket.sessions.get(0);
    session.config().setAutoRead(false);
    socket.receive(1, "waits");
    ChannelFuture write = session.write(Unpooled.copiedBuffer("never", UTF_8));
    socket.close();
    socket.runPendingTasks();
    assertThat(session.closeFuture().isSuccess()).isTrue();
    assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(socket.counts.open()).isZero();
  }

  @Test
  void aDrainEndsIdleSessionsAtOnceAndBusyOnesWhenTheyAreDone() {
    socket.receive(1, "x");
    socket.receive(2, "y");
    InFlight.begin(socket.sessions.get(1));
    DrainEvent drain = new DrainEvent(Duration.ofSeconds(5));
    socket.pipeline().fireUserEventTriggered(drain);
    assertThat(socket.events).containsExactly(drain, drain);
    assertThat(socket.sessions.get(0).isOpen()).isFalse();
    assertThat(socket.sessions.get(1).isOpen()).isTrue();
    assertThat(InFlight.count(socket)).isEqualTo(1);
    socket.receive(3, "late");
    assertThat(socket.dropped("draining")).isEqualTo(1);

    socket.sessions.get(1).writeAndFlush(Unpooled.copiedBuffer("answer", UTF_8));
    InFlight.end(socket.sessions.get(1));
    socket.advanceTimeBy(25, TimeUnit.MILLISECONDS);
    socket.runPendingTasks();
    assertThat(socket.sessions.get(1).isOpen()).isFalse();
    assertThat(InFlight.count(socket)).isZero();
    assertThat(socket.sent()).containsExactly("1:x", "2:y", "2:answer");
  }

  @Test
  void aSupplierThatFailsCostsOneDatagramAndNotTheSocket() {
    boolean[] fails = {false};
    Pipeline pipeline = Pipeline.builder()
        .handler("fails", () -> {
          if (fails[0]) {
            throw new IllegalStateException("no more of them");
          }
          return socket.new Echo();
        })
        .build();
    socket.finishAndReleaseAll();
    socket = new EmbeddedSocket(SessionPolicy.builder(), pipeline);
    socket.receive(1, "good");
    fails[0] = true;
    socket.receive(2, "bad");
    socket.receive(1, "still good");
    assertThat(socket.sent()).containsExactly("1:good", "1:still good");
    assertThat(socket.dropped("session-failed")).isEqualTo(1);
    assertThat(socket.counts.open()).isEqualTo(1);
  }

  @Test
  void aMistakeInThePolicyIsNamed() {
    assertThatThrownBy(() -> SessionPolicy.builder().maxSessions(0).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("maxSessions");
    assertThatThrownBy(() -> SessionPolicy.builder().idleTimeout(Duration.ZERO).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("idleTimeout");
  }
}
