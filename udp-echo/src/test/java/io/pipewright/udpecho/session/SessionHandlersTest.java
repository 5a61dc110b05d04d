package io.pipewright.udpecho.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server's half, without a socket: what leaves the far end of the channel inbound is what an echo would get. */
class SessionHandlersTest {

  private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 5000);
  private static final InetSocketAddress OTHER = new InetSocketAddress("127.0.0.1", 5001);
  private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7);

  private final AtomicLong kernelDrops = new AtomicLong(100);
  private final SessionTable sessions = new SessionTable(2);
  private final EmbeddedChannel channel = new EmbeddedChannel(
      new SessionCounter(sessions), new SessionAnswers(sessions, kernelDrops::get, Runnable::run));

  @AfterEach
  void closeChannel() {
    channel.finishAndReleaseAll();
  }

  /** What is answered, or nothing if the query went on to the echo. */
  private Optional<SessionMessage> ask(
      SessionMessage.Type type, InetSocketAddress from, long session) {
    SessionMessage query = SessionMessage.query(type, session, 99);
    channel.writeInbound(new DatagramPacket(query.encode(ByteBufAllocator.DEFAULT), SERVER, from));
    channel.runPendingTasks();
    DatagramPacket passed = channel.readInbound();
    if (passed != null) {
      passed.release();
      assertThat(channel.<Object>readOutbound()).isNull();
      return Optional.empty();
    }
    DatagramPacket answer = channel.readOutbound();
    try {
      assertThat(answer.recipient()).isEqualTo(from);
      return SessionMessage.decode(answer.content());
    } finally {
      answer.release();
    }
  }

  private void echo(InetSocketAddress from, ByteBuf bytes) {
    channel.writeInbound(new DatagramPacket(bytes, SERVER, from));
    DatagramPacket came = channel.readInbound();
    channel.writeOutbound(new DatagramPacket(came.content(), came.sender()));
    channel.<DatagramPacket>readOutbound().release();
  }

  private static ByteBuf probe(long session, long number) {
    return new Probe(session).encode(ByteBufAllocator.DEFAULT, number, new byte[8]);
  }

  private SessionCounts reported(long session) {
    return ask(SessionMessage.Type.REPORT, CLIENT, session).orElseThrow().counts();
  }

  @Test
  void whatComesAfterTheBeginningIsCountedByKind() {
    echo(CLIENT, probe(1, 0)); // before it
    assertThat(ask(SessionMessage.Type.BEGIN, CLIENT, 1).orElseThrow())
        .isEqualTo(new SessionMessage(
            SessionMessage.Type.BEGUN, 1, 99, new SessionCounts(0, 0, 0, 0, 0, 0, 0, 0)));
    echo(CLIENT, probe(1, 0));
    echo(CLIENT, probe(1, 2));
    echo(CLIENT, probe(1, 1));
    echo(CLIENT, probe(1, 1));
    echo(CLIENT, probe(2, 1)); // another session's
    echo(CLIENT, Unpooled.EMPTY_BUFFER);
    echo(OTHER, probe(1, 5));
    channel.writeInbound(new DatagramPacket(probe(1, 3), SERVER, CLIENT)); // not answered
    channel.<DatagramPacket>readInbound().release();
    kernelDrops.addAndGet(7);

    assertThat(reported(1)).isEqualTo(new SessionCounts(7, 4, 1, 1, 2, 0, 6, 7));
  }

  @Test
  void aSecondBeginningOfTheSameSessionForgetsNothing() {
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    echo(CLIENT, probe(1, 0));
    assertThat(ask(SessionMessage.Type.BEGIN, CLIENT, 1).orElseThrow().counts().received())
        .isEqualTo(1);
    assertThat(ask(SessionMessage.Type.BEGIN, CLIENT, 2).orElseThrow().counts().received())
        .isZero();
    assertThat(ask(SessionMessage.Type.REPORT, CLIENT, 1)).isEmpty();
  }

  @Test
  void aReportOfWhatIsNotCountedForIsEchoedAsAnyDatagram() {
    assertThat(ask(SessionMessage.Type.REPORT, CLIENT, 1)).isEmpty();
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    assertThat(ask(SessionMessage.Type.REPORT, OTHER, 1)).isEmpty();
  }

  @Test
  void anAnswerIsNeverAnswered() {
    SessionMessage answer =
        SessionMessage.query(SessionMessage.Type.BEGIN, 1, 1).answer(SessionCounts.NONE);
    channel.writeInbound(
        new DatagramPacket(answer.encode(ByteBufAllocator.DEFAULT), SERVER, CLIENT));
    assertThat(channel.<Object>readOutbound()).isNull();
    channel.<DatagramPacket>readInbound().release();
    assertThat(sessions.size()).isZero();
  }

  @Test
  void portZeroIsNotAnswered() {
    assertThat(ask(SessionMessage.Type.BEGIN, new InetSocketAddress("127.0.0.1", 0), 1))
        .isEmpty();
    assertThat(sessions.size()).isZero();
  }

  @Test
  void theOldestGoesWhenThereIsNoPlace() {
    InetSocketAddress third = new InetSocketAddress("127.0.0.1", 5002);
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    ask(SessionMessage.Type.BEGIN, OTHER, 2);
    ask(SessionMessage.Type.BEGIN, third, 3);

    assertThat(sessions.size()).isEqualTo(2);
    assertThat(ask(SessionMessage.Type.REPORT, CLIENT, 1)).isEmpty();
    assertThat(ask(SessionMessage.Type.REPORT, OTHER, 2)).isPresent();
    assertThat(ask(SessionMessage.Type.REPORT, third, 3)).isPresent();
  }

  @Test
  void whoIsSilentIsForgottenAndWhoIsNotStays() {
    channel.freezeTime();
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    ask(SessionMessage.Type.BEGIN, OTHER, 2);
    pass(SessionAnswers.SWEEP_SECONDS);
    echo(OTHER, probe(2, 0));
    pass(SessionAnswers.SWEEP_SECONDS);
    assertThat(sessions.size()).isEqualTo(1);
    assertThat(ask(SessionMessage.Type.REPORT, OTHER, 2)).isPresent();
    pass(2 * SessionAnswers.SWEEP_SECONDS);
    pass(SessionAnswers.SWEEP_SECONDS);
    assertThat(sessions.size()).isZero();
    assertThat(sessions.of(OTHER)).isNull();
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void aKernelThatDoesNotSayIsNotTakenForOneThatDropsNothing() {
    kernelDrops.set(-1);
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    kernelDrops.set(5);
    assertThat(reported(1).kernelDrops()).isEqualTo(SessionCounts.UNKNOWN);
  }

  @Test
  void numbersThatLeapCostNoMoreThanTheWindow() {
    ask(SessionMessage.Type.BEGIN, CLIENT, 1);
    for (int i = 0; i < 62; i++) {
      echo(CLIENT, probe(1, (1L << i) - 1));
    }
    echo(CLIENT, probe(1, Probe.NUMBERS));
    echo(CLIENT, probe(1, -1));
    assertThat(reported(1).distinct()).isEqualTo(62);
    assertThat(reported(1).corrupted()).isEqualTo(2);
  }
}
