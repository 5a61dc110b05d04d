package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.guard.ReflectionGuard;
import io.pipewright.udp.session.SessionPolicy;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What keeps the echo from being used against others, on real sockets, with sessions and without. */
@Timeout(60)
class UdpEchoGuardTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** Every transport, without and with sessions. */
  static Stream<Arguments> servers() {
    return Peer.transports()
        .flatMap(
            transport -> Stream.of(false, true).map(sessions -> Arguments.of(transport, sessions)));
  }

  private static UdpEchoServer server(Transport transport, boolean sessions) {
    UdpEchoServer server = UdpEchoServer.builder().socket(udp -> udp.transport(transport));
    return sessions ? server.sessions(SessionPolicy.builder().build()) : server;
  }

  private static long refused(RunningUdpServer server, String reason) {
    return server.stats().errors().getOrDefault(reason, 0L);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aLoopWithAnotherEchoDiesWithinTenDatagrams(Transport transport, boolean sessions)
      throws Exception {
    try (RunningUdpServer server = server(transport, sessions).start();
        DatagramSocket partner = new DatagramSocket(0, HERE)) {
      partner.setSoTimeout(1_000);
      byte[] bytes = "round and round".getBytes(UTF_8);
      DatagramPacket ball = new DatagramPacket(bytes, bytes.length, HERE, server.port());
      int datagrams = 0;
      try {
        while (datagrams < 1_000) {
          partner.send(ball);
          datagrams++;
          partner.receive(ball);
          datagrams++;
        }
      } catch (SocketTimeoutException e) {
        assertThat(e).as("nothing comes any more").isNotNull();
      }
      assertThat(datagrams).isLessThanOrEqualTo(10);
      assertThat(refused(server, "ping-pong")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  @EnabledOnOs(OS.LINUX)
  void aConnectedClientThatSaysTheSameAThousandTimesIsAlwaysAnswered(
      Transport transport, boolean sessions) throws Exception {
    try (RunningUdpServer server = server(transport, sessions).start();
        DatagramSocket client = new DatagramSocket(0, HERE)) {
      client.connect(HERE, server.port());
      client.setSoTimeout(10_000);
      byte[] hi = "hi".getBytes(UTF_8);
      for (int i = 0; i < 1_000; i++) {
        client.send(new DatagramPacket(hi, hi.length));
        DatagramPacket back = new DatagramPacket(new byte[10], 10);
        client.receive(back);
        assertThat(back.getLength()).isEqualTo(2);
      }
      assertThat(refused(server, "ping-pong")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aServicesPortIsNotAnsweredAndCounted(Transport transport, boolean sessions)
      throws Exception {
    try (RunningUdpServer server = server(transport, sessions).start();
        DatagramSocket echo = privileged()) {
      byte[] hello = "hello".getBytes(UTF_8);
      echo.send(new DatagramPacket(hello, hello.length, HERE, server.port()));
      await().until(() -> refused(server, "source-port-privileged") == 1);
      assertThat(server.stats().messagesWritten()).isZero();
    }
  }

  /** A socket on a port below 1024, where that is allowed. */
  private static DatagramSocket privileged() throws Exception {
    DatagramSocket socket = null;
    for (int port = 1023; socket == null && port > 900; port--) {
      try {
        socket = new DatagramSocket(port, HERE);
      } catch (BindException e) {
        assertThat(e).as("taken, or not for us").isNotNull();
      }
    }
    assumeThat(socket).as("a port below 1024").isNotNull();
    return socket;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aBroadcastIsNotAnsweredUnlessThatIsWanted() throws Exception {
    assumeThat(Transport.EPOLL.isAvailable()).isTrue();
    byte[] hello = "who is there?".getBytes(UTF_8);
    for (boolean wanted : new boolean[] {false, true}) {
      try (RunningUdpServer server = UdpEchoServer.builder()
              .socket(udp -> udp.host("0.0.0.0").transport(Transport.EPOLL))
              .guard(ReflectionGuard.builder().answerMulticast(wanted).build())
              .start();
          DatagramSocket asker = new DatagramSocket(0)) {
        asker.setBroadcast(true);
        asker.send(new DatagramPacket(
            hello, hello.length, InetAddress.getByName("127.255.255.255"), server.port()));
        await().until(() -> server.stats().messagesRead() == 1);
        await()
            .until(() -> server.stats().messagesWritten() == (wanted ? 1 : 0)
                && refused(server, "destination-not-unicast") == (wanted ? 0 : 1));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void everyDatagramComesBackWholeInBothModes(Transport transport, boolean sessions)
      throws Exception {
    try (RunningUdpServer server = server(transport, sessions).start();
        Peer peer = new Peer()) {
      for (int size : new int[] {0, 1, 1472, 2048, 2049, 9000, 65_507}) {
        peer.send(new byte[size], server.port());
        assertThat(peer.receive().bytes()).hasSize(size);
      }
    }
  }
}
