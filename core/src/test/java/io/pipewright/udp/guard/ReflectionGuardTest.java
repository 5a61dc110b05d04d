package io.pipewright.udp.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.socket.DatagramPacket;
import io.pipewright.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReflectionGuardTest {

  private static final String PEER = "198.51.100.7";

  @ParameterizedTest
  @CsvSource({
    "0, source-port-zero",
    "7, source-port-privileged",
    "19, source-port-privileged",
    "1023, source-port-privileged",
    "7788, source-port-own"
  })
  void aSourcePortOfAServiceIsNotAnsweredAndCounted(int port, String reason) {
    GuardedChannel channel = new GuardedChannel(ReflectionGuard.builder());
    assertThat(channel.answers("x", PEER, port)).isFalse();
    assertThat(channel.refused).containsOnly(java.util.Map.entry(reason, 1));
    assertThat(channel.answers("x", PEER, 1024)).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void portsMayBeAllowedAndOthersListed() {
    GuardedChannel channel = new GuardedChannel(ReflectionGuard.builder()
        .answerPrivilegedPorts(true)
        .answerOwnPort(true)
        .refusePorts(Set.of(11_211)));
    assertThat(channel.answers("a", PEER, 53)).isTrue();
    assertThat(channel.answers("b", PEER, GuardedChannel.PORT)).isTrue();
    assertThat(channel.answers("c", PEER, 11_211)).isFalse();
    assertThat(channel.answers("d", PEER, 0)).isFalse();
    assertThat(channel.refused(Refusal.SOURCE_PORT_LISTED)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"224.0.0.1", "255.255.255.255", "0.0.0.0", "127.255.255.255", "ff02::1", "::"})
  void aSourceThatIsNoHostIsNotAnswered(String source) {
    GuardedChannel channel = new GuardedChannel(ReflectionGuard.builder());
    assertThat(channel.answers("x", source)).isFalse();
    assertThat(channel.refused(Refusal.SOURCE_NOT_UNICAST)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void aSocketThatIsBoundToAGroupAnswersOnlyIfAskedTo() {
    GuardedChannel silent = new GuardedChannel(ReflectionGuard.builder(), "239.1.2.3");
    assertThat(silent.answers("x", PEER)).isFalse();
    assertThat(silent.refused(Refusal.DESTINATION_NOT_UNICAST)).isEqualTo(1);
    silent.finishAndReleaseAll();

    GuardedChannel answering =
        new GuardedChannel(ReflectionGuard.builder().answerMulticast(true), "239.1.2.3");
    assertThat(answering.answers("x", PEER)).isTrue();
    answering.finishAndReleaseAll();
  }

  @Test
  void aNetworkGetsItsBudgetAndOthersTheirs() {
    GuardedChannel channel =
        new GuardedChannel(ReflectionGuard.builder().perNetwork(new ReplyRate(400, 1_000_000)));
    int answered = 0;
    for (int i = 0; i < 1_000; i++) {
      answered += channel.answers("n" + i, "198.51.100." + i % 250) ? 1 : 0;
    }
    assertThat(answered).as("a quarter of a second's").isBetween(100, 102);
    assertThat(channel.refused(Refusal.NETWORK_BUDGET)).isEqualTo(1_000 - answered);
    assertThat(channel.answers("other", "198.51.101.1")).isTrue();
    channel.pass(100, TimeUnit.MILLISECONDS);
    assertThat(channel.answers("later", "198.51.100.1")).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void bytesCountAsWellAsDatagrams() {
    GuardedChannel channel =
        new GuardedChannel(ReflectionGuard.builder().perNetwork(new ReplyRate(1_000_000, 40_000)));
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      answered += channel.answers(i + "x".repeat(998), "2001:db8:0:1::" + i) ? 1 : 0;
    }
    assertThat(answered).isBetween(10, 12);
    assertThat(channel.answers("other /56", "2001:db8:0:100::1")).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void onePeerThatFloodsLeavesItsNetworkHalfOfTheBudget() {
    GuardedChannel channel =
        new GuardedChannel(ReflectionGuard.builder().perNetwork(new ReplyRate(400, 1_000_000)));
    for (int i = 0; i < 1_000; i++) {
      channel.answers("flood " + i, PEER);
    }
    assertThat(channel.refused(Refusal.PEER_BUDGET)).isBetween(940, 950);
    for (int i = 0; i < 20; i++) {
      assertThat(channel.answers("neighbour " + i, PEER, 50_000)).isTrue();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void allTogetherHaveABudgetToo() {
    GuardedChannel channel = new GuardedChannel(ReflectionGuard.builder()
        .perNetwork(ReplyRate.NO_LIMIT)
        .inAll(new ReplyRate(400, ReplyRate.UNLIMITED)));
    int answered = 0;
    for (int i = 0; i < 1_000; i++) {
      answered += channel.answers("x", "10.0." + i % 250 + "." + (1 + i / 250)) ? 1 : 0;
    }
    assertThat(answered).isBetween(100, 102);
    assertThat(channel.refused(Refusal.TOTAL_BUDGET)).isEqualTo(1_000 - answered);
    channel.finishAndReleaseAll();
  }

  @Test
  void loopbackIsFreeUnlessItIsBudgetedToo() {
    ReplyRate little = new ReplyRate(4, 4);
    GuardedChannel free = new GuardedChannel(ReflectionGuard.builder().perNetwork(little));
    GuardedChannel budgeted =
        new GuardedChannel(ReflectionGuard.builder().perNetwork(little).budgetLoopback(true));
    for (int i = 0; i < 100; i++) {
      assertThat(free.answers("n" + i, "127.0.0.1")).isTrue();
      budgeted.answers("n" + i, "127.0.0.1");
    }
    assertThat(budgeted.refused(Refusal.PEER_BUDGET)).isGreaterThan(90);
    free.finishAndReleaseAll();
    budgeted.finishAndReleaseAll();
  }

  @Test
  void aMillionForgedSourcesNeitherGrowTheMemoryNorTakeAKnownPeersAnswers() {
    GuardedChannel channel =
        new GuardedChannel(ReflectionGuard.builder().inAll(ReplyRate.NO_LIMIT));
    int known = 0;
    for (int i = 0; i < 1_000_000; i++) {
      InetSocketAddress forged = new InetSocketAddress(
          Hash.toIpv4(0x0b000000 + i * 37), 1024 + i % 60_000 + (i % 60_000 == 6764 ? 1 : 0));
      channel.writeInbound(GuardedChannel.datagram("y", forged));
      channel.takeAnswers();
      if (i % 1_000 == 0) {
        channel.pass(10, TimeUnit.MILLISECONDS);
        known += channel.answers("known " + i, "198.51.100.7") ? 1 : 0;
      }
    }
    assertThat(known).isEqualTo(1_000);
    assertThat(channel.refused).isEmpty();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatIsNoDatagramPasses() {
    GuardedChannel channel = new GuardedChannel(ReflectionGuard.builder());
    channel.pipeline().removeLast();
    channel.writeInbound("text");
    assertThat(channel.<String>readInbound()).isEqualTo("text");
    channel.writeInbound(GuardedChannel.datagram("x", new InetSocketAddress(PEER, 4000)));
    DatagramPacket passed = channel.readInbound();
    assertThat(passed.content().readableBytes()).isEqualTo(1);
    passed.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void aMistakeInTheSettingsIsNamed() {
    assertThatThrownBy(() -> ReflectionGuard.builder().prefixLengths(33, 56))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("ipv4PrefixLength");
    assertThatThrownBy(() -> new ReplyRate(0, 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("datagramsPerSecond");
    assertThatThrownBy(() -> ReflectionGuard.builder().refusePorts(Set.of(65_536)))
        .isInstanceOf(ConfigurationException.class);
  }
}
