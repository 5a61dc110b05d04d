package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.ConfigurationException;
import io.pipewright.ServerState;
import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class UdpEchoServerTest {

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void everyDatagramComesBackWholeFromTheServersPort(Transport transport) throws Exception {
    try (RunningUdpServer server = on(transport).start();
        Peer peer = new Peer()) {
      for (int size : new int[] {0, 1, 1472, 1473, 2048, 2049, 9000, 65_506, 65_507}) {
        byte[] sent = new byte[size];
        new Random(size).nextBytes(sent);
        peer.send(sent, server.port());
        Peer.Heard back = peer.receive();
        assertThat(back.bytes()).as("%d bytes", size).isEqualTo(sent);
        assertThat(back.from().getPort()).isEqualTo(server.port());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void aBurstWithEmptyDatagramsInItComesBackOneForOne(Transport transport) throws Exception {
    try (RunningUdpServer server = on(transport).start();
        Peer peer = new Peer()) {
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        sent.add("x".repeat(i % 7));
        peer.send(sent.get(i).getBytes(UTF_8), server.port());
      }
      List<String> back = new ArrayList<>();
      while (back.size() < sent.size()) {
        back.add(peer.receive().text());
      }
      assertThat(back).isEqualTo(sent);
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void manyPeersAtOnceEachGetTheirOwn(Transport transport) throws Exception {
    List<Peer> peers = new ArrayList<>();
    try (RunningUdpServer server = on(transport).start()) {
      for (int i = 0; i < 50; i++) {
        peers.add(new Peer());
        peers.get(i).send(("问题 " + i).getBytes(UTF_8), server.port());
      }
      for (int i = 0; i < 50; i++) {
        assertThat(peers.get(i).receive().text()).isEqualTo("问题 " + i);
      }
    } finally {
      peers.forEach(Peer::close);
    }
  }

  @Test
  void aDatagramFromPortZeroIsNotAnswered() {
    EmbeddedChannel channel = new EmbeddedChannel(new EchoHandler());
    InetSocketAddress here = new InetSocketAddress("127.0.0.1", 7);
    channel.writeInbound(
        datagram("to nobody", here, new InetSocketAddress("127.0.0.1", 0)),
        datagram("to somebody", here, new InetSocketAddress("127.0.0.1", 9)));
    DatagramPacket answer = channel.readOutbound();
    assertThat(answer.content().toString(UTF_8)).isEqualTo("to somebody");
    assertThat(answer.recipient().getPort()).isEqualTo(9);
    answer.release();
    assertThat(channel.<Object>readOutbound()).isNull();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void theServerStopsWhenTheLastOfSoManyIsAnswered(Transport transport) throws Exception {
    try (RunningUdpServer server = on(transport).maxDatagrams(2).start();
        Peer peer = new Peer()) {
      peer.send(new byte[1], server.port());
      assertThat(peer.receive().bytes()).hasSize(1);
      assertThat(server.state()).isEqualTo(ServerState.READY);
      for (int size = 2; size < 10; size++) {
        peer.send(new byte[size], server.port());
      }
      assertThat(peer.receive().bytes()).hasSize(2);
      assertThat(server.awaitTermination(Duration.ofSeconds(5))).isTrue();
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void theServerStopsWhenNothingComesForTheIdleTimeout(Transport transport) throws Exception {
    try (RunningUdpServer server =
            on(transport).idleTimeout(Duration.ofMillis(300)).start();
        Peer peer = new Peer()) {
      peer.send(new byte[1], server.port());
      assertThat(peer.receive().bytes()).hasSize(1);
      assertThat(server.awaitTermination(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void withoutAReplyDatagramsAreSeenAndNothingIsSent() throws Exception {
    LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (RunningUdpServer server = UdpEchoServer.builder()
            .reply(Reply.NONE)
            .customize(pipeline -> pipeline.before("echo", "audit", () -> new Audit(seen)))
            .start();
        Peer peer = new Peer()) {
      peer.send("编程".getBytes(UTF_8), server.port());
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("编程");
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @Test
  void aHandlerOfTheUsersOwnSeesWhatIsAnswered() throws Exception {
    LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (RunningUdpServer server = UdpEchoServer.builder()
            .customize(pipeline -> pipeline.before("echo", "audit", () -> new Audit(seen)))
            .start();
        Peer peer = new Peer()) {
      peer.send("a".getBytes(UTF_8), server.port());
      assertThat(peer.receive().text()).isEqualTo("a");
      assertThat(seen).containsExactly("a");
    }
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> UdpEchoServer.builder().maxDatagrams(-1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxDatagrams: must be 1 or more, or 0 for no end, not -1");
    assertThatThrownBy(() -> UdpEchoServer.builder().idleTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(ConfigurationException.class);
  }

  private static UdpEchoServer on(Transport transport) {
    return UdpEchoServer.builder().socket(udp -> udp.transport(transport));
  }

  private static DatagramPacket datagram(
      String text, InetSocketAddress recipient, InetSocketAddress sender) {
    return new DatagramPacket(Unpooled.copiedBuffer(text, UTF_8), recipient, sender);
  }

  /** Looks at each datagram and passes it on. */
  private static final class Audit extends ChannelInboundHandlerAdapter {
    private final LinkedBlockingQueue<String> seen;

    Audit(LinkedBlockingQueue<String> seen) {
      this.seen = seen;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      seen.add(((DatagramPacket) message).content().toString(UTF_8));
      ctx.fireChannelRead(message);
    }
  }
}
