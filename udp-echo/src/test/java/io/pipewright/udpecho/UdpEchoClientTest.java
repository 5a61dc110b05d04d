package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class UdpEchoClientTest {

  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(150);

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void aQuestionGoesOutAsItIsAndTheAnswerComesWithItsSender(Transport transport) throws Exception {
    byte[] question = new byte[UdpEchoClient.MAX_BYTES];
    new Random(1).nextBytes(question);
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer, transport).timeout(LONG).build()) {
      CompletableFuture<Answer> answer = ask(client, question);
      Peer.Heard heard = peer.receive();
      assertThat(heard.bytes()).isEqualTo(question);
      byte[] reply = new byte[UdpEchoClient.MAX_BYTES];
      new Random(2).nextBytes(reply);
      peer.send(reply, heard.from());
      assertThat(answer.join().bytes()).isEqualTo(reply);
      assertThat(answer.join().sender()).isEqualTo(new InetSocketAddress("127.0.0.1", peer.port()));
      assertThat(answer.join().tries()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void anEmptyAnswerIsAnAnswer(Transport transport) throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer, transport).timeout(LONG).build()) {
      CompletableFuture<Answer> answer = ask(client, "anything?");
      peer.send("", peer.receive().from());
      assertThat(answer.join().bytes()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void anEmptyQuestionIsSentOrRefusedButNeverLost(Transport transport) throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer, transport).timeout(LONG).build()) {
      CompletableFuture<Answer> answer = ask(client, "");
      if (transport == Transport.NIO) {
        assertThatThrownBy(answer::join)
            .rootCause()
            .hasMessage("the nio transport cannot send an empty datagram to a fixed peer");
      } else {
        Peer.Heard heard = peer.receive();
        assertThat(heard.bytes()).isEmpty();
        peer.send("yes", heard.from());
        assertThat(answer.join().text(UTF_8)).isEqualTo("yes");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void whereNothingListensTheRefusalIsHeard(Transport transport) throws Exception {
    Peer gone = new Peer();
    gone.close();
    try (UdpEchoClient client = asking(gone, transport).timeout(LONG).build()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> client.ask(new byte[1]))
            .isInstanceOf(ConnectFailedException.class)
            .hasMessage(
                "cannot connect to 127.0.0.1:%d: connection refused: nothing listens there",
                gone.port());
      }
    }
  }

  @Test
  void aQuestionWithoutAnAnswerIsAskedAgain() throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer).timeout(SHORT).retries(50).build()) {
      CompletableFuture<Answer> answer = ask(client, "hello");
      for (int i = 0; i < 2; i++) {
        assertThat(peer.receive().text()).isEqualTo("hello");
      }
      Peer.Heard third = peer.receive();
      peer.send("at last", third.from());
      assertThat(answer.join().text(UTF_8)).isEqualTo("at last");
      assertThat(answer.join().tries()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aQuestionThatIsNeverAnsweredIsGivenUp() throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer).timeout(SHORT).retries(2).build()) {
      assertThatThrownBy(() -> client.ask(new byte[] {'x'}))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage("no answer from 127.0.0.1:%d: waited 150ms 3 times", peer.port());
      for (int i = 0; i < 3; i++) {
        assertThat(peer.receive().text()).isEqualTo("x");
      }
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void aLateAnswerToAnEarlierTryIsNotTakenForTheNextOnes(Transport transport) throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client =
            asking(peer, transport).timeout(SHORT).retries(50).build()) {
      CompletableFuture<Answer> first = ask(client, "first");
      InetSocketAddress asker = peer.receive().from();
      assertThat(peer.receive().text()).isEqualTo("first");
      peer.send("to the first", asker);
      assertThat(first.join().text(UTF_8)).isEqualTo("to the first");

      CompletableFuture<Answer> second = ask(client, "second");
      Peer.Heard heard = receive(peer, "second");
      peer.send("to the first", asker); // the answer to its other try, late
      peer.send("to the second", heard.from());
      assertThat(second.join().text(UTF_8)).isEqualTo("to the second");
    }
  }

  @Test
  void theAnswerToAQuestionThatWasGivenUpIsNotTakenForTheNextOnes() throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer).timeout(SHORT).retries(0).build()) {
      assertThatThrownBy(() -> client.ask(new byte[] {'1'})).isInstanceOf(NoAnswerException.class);
      Peer.Heard given = peer.receive();
      CompletableFuture<Answer> second = ask(client, "2");
      Peer.Heard heard = peer.receive();
      peer.send("1, late", given.from());
      peer.send("2, in time", heard.from());
      assertThat(second.join().text(UTF_8)).isEqualTo("2, in time");
    }
  }

  @Test
  void whatNobodyWaitsForIsDroppedAndTheSocketIsKept() throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer).timeout(LONG).build()) {
      CompletableFuture<Answer> first = ask(client, "first");
      InetSocketAddress asker = peer.receive().from();
      peer.send("to the first", asker);
      peer.send("to the first", asker); // the network made a copy
      first.join();
      CompletableFuture<Answer> second = ask(client, "second");
      Peer.Heard heard = peer.receive();
      assertThat(heard.from()).isEqualTo(asker);
      peer.send("to the second", heard.from());
      assertThat(second.join().text(UTF_8)).startsWith("to the ");
    }
  }

  @Test
  void moreThanADatagramHoldsIsRefusedWithTheLimitAndNotSent() throws Exception {
    try (Peer peer = new Peer();
        UdpEchoClient client = asking(peer).build()) {
      assertThatThrownBy(() -> client.ask(new byte[65_508]))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("message: a datagram holds at most 65507 bytes, not 65508");
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only there has loopback a broadcast address")
  void aBroadcastIsAnsweredBySomebody(Transport transport) throws Exception {
    try (Peer peer = new Peer(InetAddress.getByName("0.0.0.0"));
        UdpEchoClient client = UdpEchoClient.builder("127.255.255.255", peer.port())
            .socket(udp -> udp.transport(transport))
            .timeout(LONG)
            .broadcast(true)
            .build()) {
      CompletableFuture<Answer> first = ask(client, "who is there?");
      Peer.Heard heard = peer.receive();
      peer.send("I am", heard.from());
      assertThat(first.join().text(UTF_8)).isEqualTo("I am");
      assertThat(first.join().sender().getPort()).isEqualTo(peer.port());

      CompletableFuture<Answer> second = ask(client, "who else?");
      Peer.Heard next = peer.receive();
      peer.send("me too", heard.from()); // another one's answer to the first question
      peer.send("nobody", next.from());
      assertThat(second.join().text(UTF_8)).isEqualTo("nobody");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only there has loopback a broadcast address")
  void aBroadcastAddressWithoutTheOptionIsRefusedWithWhatToDo(Transport transport)
      throws Exception {
    try (UdpEchoClient client = UdpEchoClient.builder("127.255.255.255", 7)
        .socket(udp -> udp.transport(transport))
        .build()) {
      assertThatThrownBy(() -> client.ask(new byte[1]))
          .isInstanceOf(ConnectFailedException.class)
          .hasMessage("cannot connect to 127.255.255.255:7: permission denied; "
              + "a broadcast address needs --broadcast, or broadcast(true) in code");
    }
  }

  @Test
  void closingTheClientEndsTheWaiting() throws Exception {
    try (Peer peer = new Peer()) {
      UdpEchoClient client = asking(peer).timeout(Duration.ofMinutes(5)).build();
      CompletableFuture<Answer> answer = ask(client, "hello");
      peer.receive();
      client.close();
      assertThatThrownBy(answer::join)
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("the client was closed");
    }
  }

  @Test
  void anUnknownHostIsNamed() {
    for (boolean broadcast : new boolean[] {false, true}) {
      try (UdpEchoClient client =
          UdpEchoClient.builder("no-such-host.invalid", 7).broadcast(broadcast).build()) {
        assertThatThrownBy(() -> client.ask(new byte[1]))
            .isInstanceOf(ConnectFailedException.class)
            .hasMessage("cannot connect to no-such-host.invalid:7: unknown host");
      }
    }
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> UdpEchoClient.builder("", 7))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> UdpEchoClient.builder("localhost", 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("port: must be 1 to 65535, not 0");
    assertThatThrownBy(() -> UdpEchoClient.builder("localhost", 7).timeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> UdpEchoClient.builder("localhost", 7).retries(-1))
        .isInstanceOf(ConfigurationException.class);
  }

  /** The next datagram with this text: before it there may be more tries of an earlier one. */
  private static Peer.Heard receive(Peer peer, String text) throws IOException {
    Peer.Heard heard = peer.receive();
    while (!heard.text().equals(text)) {
      heard = peer.receive();
    }
    return heard;
  }

  private static UdpEchoClientBuilder asking(Peer peer) {
    return UdpEchoClient.builder("127.0.0.1", peer.port());
  }

  private static UdpEchoClientBuilder asking(Peer peer, Transport transport) {
    return asking(peer).socket(udp -> udp.transport(transport));
  }

  private static CompletableFuture<Answer> ask(UdpEchoClient client, String question) {
    return ask(client, question.getBytes(UTF_8));
  }

  private static CompletableFuture<Answer> ask(UdpEchoClient client, byte[] question) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return client.ask(question);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }
}
