package io.pipewright.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class DatagramStatsTest {

  private final CompletableFuture<Channel> opened = new CompletableFuture<>();

  private final Pipeline echo = Pipeline.builder()
      .handler("opened", () -> new ChannelInboundHandlerAdapter() {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
          opened.complete(ctx.channel());
        }
      })
      .handler("echo", new Datagrams.Echo())
      .build();

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  @EnabledOnOs(OS.LINUX)
  void whatTheKernelDropsForAFullBufferIsCountedAndStaysKnown(Transport transport)
      throws Exception {
    RunningUdpServer server = UdpServer.builder()
        .transport(transport)
        .receiveBufferBytes(8_192)
        .pipeline(echo)
        .start();
    try (Datagrams client = new Datagrams(server.port())) {
      Channel channel = opened.join();
      client.send(new byte[10]);
      client.receive();
      assertThat(server.datagramStats().kernelDrops()).isEqualTo(OptionalLong.of(0));

      channel.eventLoop().submit(() -> channel.config().setAutoRead(false)).sync();
      for (int i = 0; i < 200; i++) {
        client.send(new byte[1_000]);
      }
      channel.eventLoop().submit(() -> channel.config().setAutoRead(true)).sync();
      await().untilAsserted(() -> {
        DatagramStats stats = server.datagramStats();
        assertThat(stats.kernelDrops()).isPresent();
        assertThat(stats.received() + stats.kernelDrops().getAsLong()).isEqualTo(201);
      });
      long drops = server.datagramStats().kernelDrops().getAsLong();
      assertThat(drops).isPositive();

      server.drain(Duration.ofSeconds(5));
      assertThat(server.datagramStats().kernelDrops()).isEqualTo(OptionalLong.of(drops));
    } finally {
      server.close();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aReplyThatCannotBeSentIsCountedWhetherItIsAwaitedOrNot(Transport transport)
      throws Exception {
    try (RunningUdpServer server =
        UdpServer.builder().transport(transport).pipeline(echo).start()) {
      Channel channel = opened.join();
      InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 9);
      ChannelFuture tooLong = channel.writeAndFlush(packet(70_000, peer));
      channel.write(packet(70_000, peer), channel.voidPromise());
      channel.flush();

      assertThat(tooLong.await(5_000)).isTrue();
      assertThat(tooLong.cause()).isInstanceOfSatisfying(DatagramTooLongException.class, e -> {
        assertThat(e).hasMessage("a datagram of 70000 bytes is too long to be sent");
        assertThat(e.datagramBytes()).isEqualTo(70_000);
        assertThat(e.pathMtu()).isEmpty();
      });
      await()
          .untilAsserted(() -> assertThat(server.datagramStats().sendFailures())
              .isEqualTo(Map.of("message-too-long", 2L)));
      assertThat(channel.isOpen()).isTrue();
      assertThat(server.stats().errors()).containsEntry("send-message-too-long", 2L);
    }
  }

  private static DatagramPacket packet(int bytes, InetSocketAddress to) {
    return new DatagramPacket(Unpooled.wrappedBuffer(new byte[bytes]), to);
  }

  @Test
  void aLineTellsEveryNumber() {
    DatagramStats stats = new DatagramStats(
        12,
        340,
        9,
        300,
        Map.of("datagram-too-long", 2L, "port-0", 1L),
        Map.of(),
        0,
        OptionalLong.of(4));

    assertThat(stats.describe())
        .isEqualTo("received 12 (340 bytes), sent 9 (300 bytes), dropped 3 (datagram-too-long 2,"
            + " port-0 1), send failures 0, kernel drops 4");
    assertThat(stats.truncated()).isEqualTo(2);
  }

  @Test
  void theBuffersThatWereGrantedAreTold() {
    try (RunningUdpServer server = UdpServer.builder()
        .receiveBufferBytes(65_536)
        .sendBufferBytes(1 << 30)
        .pipeline(echo)
        .start()) {
      SocketBuffers buffers = server.socketBuffers();
      assertThat(buffers.receiveGranted()).isEqualTo(65_536);
      assertThat(buffers.sendGranted()).isBetween(1, (1 << 30) - 1);
      assertThat(buffers.isLessThanAsked()).isTrue();
      assertThat(buffers.describe())
          .startsWith("receive buffer 65536 bytes, send buffer " + buffers.sendGranted()
              + " bytes of 1073741824 asked for (net.core.wmem_max limits it)");
    }
  }
}
