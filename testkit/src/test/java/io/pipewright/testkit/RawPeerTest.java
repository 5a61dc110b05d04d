package io.pipewright.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RawPeerTest {

  private static final Duration A_MOMENT = Duration.ofMillis(50);

  @FunctionalInterface
  private interface Conversation {
    void between(RawPeer peer, Socket other) throws Exception;
  }

  /** The other end is a plain socket, so that the peer does not judge itself. */
  private static void hold(Conversation conversation) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawPeer peer = RawPeer.connect(listener.getLocalPort()).limit(Duration.ofSeconds(5));
        Socket other = listener.accept()) {
      other.setSoTimeout(5_000);
      conversation.between(peer, other);
    }
  }

  @Test
  void whatIsSentArrivesAndWhatComesIsExpectedInPieces() throws Exception {
    hold((peer, other) -> {
      peer.send("网络 ").send((byte) 0xff).finishSending();
      assertThat(other.getInputStream().readAllBytes())
          .startsWith("网络 ".getBytes(UTF_8))
          .endsWith((byte) 0xff)
          .hasSize(8);

      other.getOutputStream().write("one\ntwo\nrest".getBytes(UTF_8));
      other.shutdownOutput();
      assertThat(peer.receiveLine()).isEqualTo("one");
      peer.expect("two\n");
      assertThat(peer.receive(2)).asString(UTF_8).isEqualTo("re");
      assertThat(peer.receiveAll()).asString(UTF_8).isEqualTo("st");
      peer.expectEnd();
    });
  }

  @Test
  void aDifferenceIsShownAsTextAndInHexWithItsPlace() throws Exception {
    hold((peer, other) -> {
      other.getOutputStream().write("Hello,\tWorms\n".getBytes(UTF_8));

      assertThatThrownBy(() -> peer.expect("Hello,\tWorld\n"))
          .isInstanceOf(AssertionError.class)
          .hasMessage("""
              not what was expected; the first difference is at byte 10
              expected 13 bytes: "Hello,\\tWorld\\n"
                       hex: 48 65 6c 6c 6f 2c 09 57 6f 72 6c 64 0a
              but got  13 bytes: "Hello,\\tWorms\\n"
                       hex: 48 65 6c 6c 6f 2c 09 57 6f 72 6d 73 0a""");
    });
  }

  @Test
  void bytesThatAreNoTextAreShownByTheirNumbers() throws Exception {
    hold((peer, other) -> {
      other.getOutputStream().write(new byte[] {'a', (byte) 0xfe, 0, '"', '\\'});

      assertThatThrownBy(() -> peer.limit(A_MOMENT).receive(6))
          .hasMessageContaining("expected 6 bytes, but nothing came after 5 bytes:")
          .hasMessageContaining("\"a\\xfe\\x00\\\"\\\\\"");
    });
  }

  @Test
  void ofALongDifferenceOnlyTheSurroundingsAreShown() throws Exception {
    hold((peer, other) -> {
      byte[] sent = new byte[10_000];
      other.getOutputStream().write(sent);
      byte[] expected = sent.clone();
      expected[5_000] = 1;

      assertThatThrownBy(() -> peer.expect(expected))
          .hasMessageContaining("at byte 5000")
          .hasMessageContaining("10000 bytes, from byte 4968")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_000));
    });
  }

  @Test
  void anEndAndAResetAndSilenceAreToldApart() throws Exception {
    hold((peer, other) -> {
      peer.expectSilence(A_MOMENT);
      assertThatThrownBy(() -> peer.limit(A_MOMENT).expectEnd())
          .hasMessage("expected that the other end ended the connection, but nothing came");

      other.shutdownOutput();
      peer.limit(Duration.ofSeconds(5)).expectEnd();
      assertThatThrownBy(peer::expectReset).hasMessageContaining("but the other end ended");
    });
    hold((peer, other) -> {
      other.setSoLinger(true, 0);
      other.close();

      assertThatThrownBy(peer::expectEnd).hasMessageContaining("but the other end reset");
      peer.expectReset();
    });
    hold((peer, other) -> {
      other.getOutputStream().write("x".getBytes(UTF_8));

      assertThatThrownBy(peer::expectEnd).hasMessageContaining("but got 1 bytes: \"x\"");
    });
  }

  @Test
  void aPeerThatResetsIsSeenToReset() throws Exception {
    hold((peer, other) -> {
      peer.reset();

      assertThatThrownBy(() -> other.getInputStream().read()).hasMessage("Connection reset");
    });
  }

  @Test
  void sendingToWhoDoesNotReadEndsInTime() throws Exception {
    hold((peer, other) -> assertThatThrownBy(
            () -> peer.limit(Duration.ofMillis(200)).send(new byte[64 << 20]))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("the other end took only \\d+ of 67108864 bytes within 200 ms"));
  }

  @Test
  void slowSendingIsSlowAndWhole() throws Exception {
    hold((peer, other) -> {
      long before = System.nanoTime();
      peer.sendSlowly("12345", Duration.ofMillis(10)).finishSending();

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(A_MOMENT);
      assertThat(other.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("12345");
    });
  }

  @Test
  void aListenerGivesItsClientsAndSaysWhenNoneComes() throws Exception {
    try (RawListener listener = RawListener.open();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        RawPeer accepted = listener.accept()) {
      accepted.send("hi");
      assertThat(client.getInputStream().readNBytes(2)).asString(UTF_8).isEqualTo("hi");

      assertThatThrownBy(() -> listener.accept(A_MOMENT))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("no client within 50 ms");
    }
  }

  @Test
  void unixSocketsAreSocketsToo(@TempDir Path folder) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (RawListener listener = RawListener.open(address);
        RawPeer client = RawPeer.connect(address);
        RawPeer accepted = listener.accept()) {
      client.send("ping").finishSending();
      accepted.expect("ping").expectEnd().send("pong").finishSending();
      client.expect("pong").expectEnd();
    }
    assertThat(Files.exists(address.getPath())).isFalse();
  }

  @Test
  void closingTwiceDoesNoHarm() throws Exception {
    hold((peer, other) -> {
      peer.close();
      assertThatCode(peer::close).doesNotThrowAnyException();
      assertThat(other.getInputStream().read()).isEqualTo(-1);
    });
  }
}
