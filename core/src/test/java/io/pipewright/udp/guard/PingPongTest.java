package io.pipewright.udp.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PingPongTest {

  private static final String PEER = "198.51.100.7";

  private final GuardedChannel channel =
      new GuardedChannel(ReflectionGuard.builder().perNetwork(ReplyRate.NO_LIMIT));

  /** Plays the service at the other end: sends back all that it gets, until nothing comes. */
  private int datagramsOfALoop(int forged, String... payloads) {
    InetSocketAddress partner = new InetSocketAddress(PEER, 9999);
    int datagrams = 0;
    Object[] batch = new Object[forged * payloads.length];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = GuardedChannel.datagram(payloads[i % payloads.length], partner);
    }
    while (batch.length > 0) {
      datagrams += batch.length;
      channel.writeInbound(batch);
      channel.pass(5, TimeUnit.MILLISECONDS);
      Object[] replies = channel.outboundMessages().toArray();
      channel.outboundMessages().clear();
      for (int i = 0; i < replies.length; i++) {
        DatagramPacket reply = (DatagramPacket) replies[i];
        replies[i] = new DatagramPacket(reply.content(), reply.sender(), partner);
      }
      datagrams += replies.length;
      batch = replies;
      assertThat(datagrams).as("it does not end").isLessThan(200_000);
    }
    return datagrams;
  }

  @Test
  void aLoopOfTwoServicesDiesWithinTenDatagrams() {
    assertThat(datagramsOfALoop(1, "x")).isLessThanOrEqualTo(10);
    assertThat(channel.refused(Refusal.PING_PONG)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void aLoopOfSeveralDatagramsAndPayloadsDiesToo() {
    assertThat(datagramsOfALoop(2, "x", "y", "x".repeat(1_400))).isLessThanOrEqualTo(10 * 6);
    channel.finishAndReleaseAll();
  }

  @Test
  void aLoopOfManyDatagramsDiesLaterButDies() {
    assertThat(datagramsOfALoop(20, "x", "y")).isLessThan(10_000);
    channel.finishAndReleaseAll();
  }

  @Test
  void aLoopThatIsBegunAgainAndAgainIsBoundedToo() {
    for (int i = 0; i < 3; i++) {
      datagramsOfALoop(1, "x");
    }
    assertThat(datagramsOfALoop(1, "x")).isLessThanOrEqualTo(2 * PingPong.MOST_LENIENT + 10);
    channel.finishAndReleaseAll();
  }

  @Test
  void differentPayloadsAreNoPingPongHoweverFastTheyCome() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(channel.answers("number " + i, PEER)).isTrue();
      channel.pass(10, TimeUnit.MICROSECONDS);
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void whoPausesBeforeSayingTheSameAgainIsAlwaysAnswered() {
    for (int i = 0; i < 1_000; i++) {
      channel.pass(1, TimeUnit.SECONDS);
      assertThat(channel.answers("ping", PEER)).isTrue();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void aPeerOfThisMachinePausesForAMoment() {
    for (int i = 0; i < 1_000; i++) {
      channel.pass(21, TimeUnit.MILLISECONDS);
      assertThat(channel.answers("ping", "127.0.0.1")).isTrue();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void aPartnerThatIsSlowAtFirstIsFoundAllTheSame() {
    for (int round = 0; round < 3; round++) {
      assertThat(channel.answers("x", "127.0.0.1", 9999)).isTrue();
      channel.pass(100, TimeUnit.MILLISECONDS);
    }
    assertThat(channel.answers("x", "127.0.0.1", 9999)).isTrue();
    channel.pass(1, TimeUnit.MILLISECONDS);
    assertThat(channel.answers("x", "127.0.0.1", 9999)).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void aRemotePeerThatSaysTheSameAtOnceLosesTwoAndNoMore() {
    int lost = 0;
    for (int i = 0; i < 10_000; i++) {
      channel.pass(200, TimeUnit.MICROSECONDS);
      lost += channel.answers("same", PEER) ? 0 : 1;
    }
    assertThat(lost).isEqualTo(2);
    assertThat(channel.answers("same", PEER, 50_001))
        .as("its next port is known too")
        .isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void whoStreamsWithoutWaitingForAnswersIsHardlyNoticed() {
    InetSocketAddress peer = new InetSocketAddress(PEER, 40_000);
    int answered = 0;
    for (int i = 0; i < 1_000; i++) {
      channel.writeInbound(
          GuardedChannel.datagram("same", peer),
          GuardedChannel.datagram("same", peer),
          GuardedChannel.datagram("same", peer));
      channel.pass(300, TimeUnit.MICROSECONDS);
      answered += channel.takeAnswers();
    }
    assertThat(answered).isGreaterThan(3_000 - 30);
    channel.finishAndReleaseAll();
  }

  @Test
  void itCanBeTurnedOff() {
    GuardedChannel off = new GuardedChannel(ReflectionGuard.builder().pingPongRounds(0));
    for (int i = 0; i < 100; i++) {
      assertThat(off.answers("same", PEER)).isTrue();
    }
    off.finishAndReleaseAll();
  }

  @Test
  void aLoopIsFoundAmongAFloodOfOthers() {
    InetSocketAddress partner = new InetSocketAddress(PEER, 9999);
    int rounds = 0;
    while (channel.answers("loop", partner.getHostString(), partner.getPort())) {
      rounds++;
      for (int i = 0; i < 2_000; i++) {
        channel.writeInbound(GuardedChannel.datagram(
            "f", new InetSocketAddress(Hash.toIpv4(0x0b000000 + rounds * 2_000 + i), 4_000)));
      }
      channel.takeAnswers();
      channel.pass(10, TimeUnit.MILLISECONDS);
      assertThat(rounds).isLessThan(10);
    }
    assertThat(rounds).isEqualTo(4);
    channel.finishAndReleaseAll();
  }
}
