package io.pipewright.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.ServerState;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class UdpShardsTest {

  private static final int PEERS = 16;
  private static final int DATAGRAMS = 8;

  /** Which channels and threads have seen which peer. */
  private final Map<Integer, Set<Channel>> channelsOfPeers = new ConcurrentHashMap<>();

  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private final Pipeline watched = Pipeline.builder()
      .handler("watch", () -> new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
          int peer = ((DatagramPacket) message).sender().getPort();
          channelsOfPeers
              .computeIfAbsent(peer, unseen -> ConcurrentHashMap.newKeySet())
              .add(ctx.channel());
          threads.add(Thread.currentThread());
          ctx.fireChannelRead(message);
        }
      })
      .handler("echo", new Datagrams.Echo())
      .build();

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void peersAreSpreadAndEachStaysWithItsShardInOrder(Transport transport) throws Exception {
    List<Datagrams> peers = new ArrayList<>();
    try (RunningUdpServer server =
        UdpServer.builder().transport(transport).shards(2).pipeline(watched).start()) {
      for (int i = 0; i < PEERS; i++) {
        peers.add(new Datagrams(server.port()));
      }
      for (int i = 0; i < DATAGRAMS; i++) {
        for (Datagrams peer : peers) {
          peer.send(Datagrams.random(i + 1));
        }
      }
      for (Datagrams peer : peers) {
        for (int i = 0; i < DATAGRAMS; i++) {
          assertThat(peer.receive()).isEqualTo(Datagrams.random(i + 1));
        }
      }
      assertThat(server.shards()).isEqualTo(2);
      assertThat(server.eventLoops()).isEqualTo(2);
      assertThat(threads).hasSize(2);
      assertThat(channelsOfPeers)
          .hasSize(PEERS)
          .allSatisfy((peer, channels) -> assertThat(channels).hasSize(1));
      assertThat(server.stats().messagesRead()).isEqualTo((long) PEERS * DATAGRAMS);
    } finally {
      peers.forEach(Datagrams::close);
    }
  }

  @Test
  void aDrainClosesEveryShard() throws Exception {
    RunningUdpServer server = UdpServer.builder().shards(3).pipeline(watched).start();
    int port = server.port();

    assertThat(server.drain(Duration.ofSeconds(5)).clean()).isTrue();

    try (DatagramSocket again = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
      assertThat(again.getLocalPort()).as("the port is free").isEqualTo(port);
    }
  }

  @Test
  void theServerGoesOnWhileOneOfItsShardsIsOpen() throws Exception {
    try (RunningUdpServer server =
        UdpServer.builder().shards(2).pipeline(watched).start()) {
      Channel first = channelOf(server);
      first.close().sync();
      Channel second = channelOf(server);
      assertThat(second).isNotSameAs(first);
      assertThat(server.state()).isEqualTo(ServerState.READY);

      second.close().sync();
      assertThat(server.awaitTermination(Duration.ofSeconds(5))).isTrue();
    }
  }

  private Channel channelOf(RunningUdpServer server) throws Exception {
    try (Datagrams peer = new Datagrams(server.port())) {
      peer.send(new byte[1]);
      peer.receive();
      return channelsOfPeers.get(peer.localPort()).iterator().next();
    }
  }

  @Test
  void aPortThatSomebodyElseHasIsRefusedWholly() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> UdpServer.builder()
              .port(taken.getLocalPort())
              .shards(2)
              .pipeline(watched)
              .start())
          .isInstanceOf(BindFailedException.class);
    }
  }

  @Test
  void moreShardsThanLentLoopsAreRefused() {
    try (EventLoops lent = EventLoops.create(Transport.NIO, Workload.UDP, 1)) {
      assertThatThrownBy(() ->
              UdpServer.builder().eventLoops(lent).shards(2).pipeline(watched).start())
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("shards: needs an event loop each, and 1 were given");
    }
  }

  @Test
  void theCountsOfAShardThatIsClosedStay() throws Exception {
    assumeTrue(Transport.EPOLL.isAvailable(), "no epoll here");
    try (RunningUdpServer server = UdpServer.builder()
        .transport(Transport.EPOLL)
        .shards(2)
        .pipeline(watched)
        .start()) {
      channelOf(server).close().sync();
      channelOf(server);
      await().untilAsserted(() -> {
        assertThat(server.datagramStats().received()).isEqualTo(2);
        assertThat(server.datagramStats().sent()).isEqualTo(2);
      });
    }
  }
}
