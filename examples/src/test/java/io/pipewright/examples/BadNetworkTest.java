package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.testkit.RawPeer;
import io.pipewright.testkit.fault.DatagramFaults;
import io.pipewright.testkit.fault.Direction;
import io.pipewright.testkit.fault.Fault;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.ProxiedConnection;
import io.pipewright.testkit.fault.TcpFaultProxy;
import io.pipewright.testkit.fault.UdpFaultRelay;
import io.pipewright.udpecho.UdpEchoServer;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How to test a service of one's own over bad networks, one lesson a test: the calculator of {@link
 * CustomProtocol} over TCP, the question of {@link UdpAsker} over UDP.
 *
 * <p>A test on loopback proves little about a network: there, what one end writes at once, the other
 * reads at once, and nothing is lost. So each test puts a proxy between the two and says what it is
 * to do wrong. {@code docs/guide/testing.md} has the whole list.
 */
class BadNetworkTest {

  /** 6 * -7, and the answer: what stands on the wire, byte for byte. */
  private static final byte[] QUESTION = HexFormat.of()
      .parseHex("00000015" + "0badcafe" + "2a" + "0000000000000006" + "fffffffffffffff9");

  private static final byte[] ANSWER =
      HexFormat.of().parseHex("0000000d" + "0badcafe" + "00" + "ffffffffffffffd6");

  private RunningServer server;

  @BeforeEach
  void start() {
    server = Commands.server(new CustomProtocol()).start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * Lesson 1. TCP keeps bytes, not writes: one write may come as many reads. Here each byte comes
   * alone, both ways; a decoder that takes a read for a message fails this at once.
   */
  @Test
  void everyByteComesAlone() throws Exception {
    Faults faults = Faults.both(stream -> stream.split(1).pauseBetweenPieces(Duration.ofMillis(1)));
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port()).faults(faults).start();
        RawPeer client = RawPeer.connect(proxy.port())) {
      client.send(QUESTION).expect(ANSWER);
    }
  }

  /**
   * Lesson 2. Many writes may come as one read. Ten questions, sent one by one, are held back and
   * come together, with half of the eleventh behind them.
   */
  @Test
  void manyQuestionsComeAtOnce() throws Exception {
    int held = 10 * QUESTION.length + 7;
    Faults faults = Faults.toServer(stream -> stream.coalesce(held, Duration.ofSeconds(10)));
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port()).faults(faults).start();
        RawPeer client = RawPeer.connect(proxy.port())) {
      for (int i = 0; i < 11; i++) {
        client.send(QUESTION);
      }
      client.finishSending(); // lets go of what is still held
      for (int i = 0; i < 11; i++) {
        client.expect(ANSWER);
      }
      client.expectEnd();
    }
  }

  /**
   * Lesson 3. A connection may end in the middle of a message, and that at every byte. Whatever comes
   * before the end, half a question is never answered, and the next client is served.
   */
  @Test
  void theConnectionIsCutAfterEveryNumberOfBytes() throws Exception {
    // a plan gives each connection its own faults: the n-th is cut after n - 1 bytes
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port())
        .faults((connection, random) -> Faults.toServer(stream -> stream.cutAfter(connection - 1)))
        .start()) {
      for (int bytes = 0; bytes < QUESTION.length; bytes++) {
        try (RawPeer client = RawPeer.connect(proxy.port())) {
          client.send(QUESTION).expectEnd();
        }
      }
      await().until(() -> server.connections() == 0);
      try (RawPeer next = RawPeer.connect(server.port())) {
        next.send(QUESTION).expect(ANSWER);
      }
    }
  }

  /**
   * Lesson 4. A reset is not an end: bytes may be lost on the way. What does a client of yours say
   * when its server is gone in the middle of an answer? This one says it in a sentence, at once, and
   * does not wait for its timeout.
   */
  @Test
  void theServersAnswerBreaksOffWithAReset() throws Exception {
    Faults faults = Faults.toClient(stream -> stream.resetAfter(ANSWER.length - 1));
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port()).faults(faults).start();
        FakeConsole console = new FakeConsole()) {
      CustomProtocol client = Commands.client(new CustomProtocol(), proxy.port(), "6*7");

      assertThatThrownBy(() -> client.ask("127.0.0.1", proxy.port(), console.terminal()))
          .isInstanceOf(LaunchException.class)
          .extracting(e -> ((LaunchException) e).exitCode())
          .isEqualTo(ExitCode.FAILED);
      assertThat(console.printed()).isEmpty();
      // the proxy tells what it did: a test that broke nothing would prove nothing
      assertThat(proxy.connection(1).applied())
          .extracting(applied -> applied.fault())
          .containsExactly(Fault.RESET);
    }
  }

  /**
   * Lesson 5. Slow is not dead, and a line may go dead and come back: faults change while the
   * connection lives.
   */
  @Test
  void theLineStallsAndComesBack() throws Exception {
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port())
            .faults(Faults.toClient(stream -> stream.stallAfter(4)))
            .start();
        RawPeer client = RawPeer.connect(proxy.port())) {
      client.send(QUESTION).expect(HexFormat.of().parseHex("0000000d"));
      client.expectSilence(Duration.ofMillis(100));

      ProxiedConnection connection = proxy.connection(1);
      connection.faults(Faults.toClient(stream -> stream.delay(Duration.ofMillis(50))));

      client.expect(HexFormat.of().parseHex("0badcafe" + "00" + "ffffffffffffffd6"));
      assertThat(connection.deliveredBytes(Direction.TO_CLIENT)).isEqualTo(ANSWER.length);
    }
  }

  /**
   * Lesson 6. One bit may be wrong, and TCP's checksum lets some of those through. This one makes the
   * length say 21 + 64 bytes, more than the protocol allows: the server ends that connection instead
   * of waiting for bytes that never come.
   */
  @Test
  void aBitOfTheLengthIsWrong() throws Exception {
    Faults faults = Faults.toServer(stream -> stream.flipBit(3, 6));
    try (TcpFaultProxy proxy = TcpFaultProxy.to(server.port()).faults(faults).start();
        RawPeer client = RawPeer.connect(proxy.port())) {
      client.send(QUESTION);
      assertThat(client.receiveAll()).isEmpty();
    }
  }

  /** Lesson 7. Datagrams get lost: a client that asks once must give up in time, and say so. */
  @Test
  void theQuestionIsLost() throws Exception {
    try (RunningServer echo = UdpEchoServer.builder().socket(udp -> udp.port(0)).start();
        UdpFaultRelay relay = UdpFaultRelay.to(echo.port())
            .faults(DatagramFaults.toServer(datagrams -> datagrams.dropNumbers(1)))
            .start();
        FakeConsole console = new FakeConsole()) {
      UdpAsker asker =
          Commands.client(new UdpAsker(), relay.port(), "--message", "lost", "--timeout", "200ms");

      assertThatThrownBy(() -> asker.ask(console.terminal()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("within 200 ms");
      assertThat(relay.counts(Direction.TO_SERVER).dropped()).isEqualTo(1);
    }
  }

  /** Lesson 8. Or they come twice, and late. A client that asks once takes one answer. */
  @Test
  void theAnswerComesTwiceAndLate() throws Exception {
    DatagramFaults faults = DatagramFaults.builder()
        .toServer(datagrams -> datagrams.duplicate(1))
        .toClient(datagrams -> datagrams.delay(Duration.ofMillis(50)).duplicate(1))
        .build();
    try (RunningServer echo = UdpEchoServer.builder().socket(udp -> udp.port(0)).start();
        UdpFaultRelay relay = UdpFaultRelay.to(echo.port()).faults(faults).start();
        FakeConsole console = new FakeConsole()) {
      UdpAsker asker = Commands.client(new UdpAsker(), relay.port(), "--message", "twice");

      assertThat(asker.ask(console.terminal())).isEqualTo(ExitCode.OK);

      assertThat(console.printed())
          .containsExactly("127.0.0.1:" + relay.port() + " 5 bytes: twice");
      await().until(() -> relay.counts(Direction.TO_CLIENT).delivered() == 4);
    }
  }
}
