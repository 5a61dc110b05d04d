package io.pipewright.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class IpOptionsTest {

  /** Linux's own numbers, read back from the kernel. */
  private static final IntegerUnixChannelOption IP_TTL =
      new IntegerUnixChannelOption("IP_TTL", 0, 2);

  private static final IntegerUnixChannelOption IPV6_HOPS =
      new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", 41, 16);
  private static final IntegerUnixChannelOption IPV6_CLASS =
      new IntegerUnixChannelOption("IPV6_TCLASS", 41, 67);
  private static final IntegerUnixChannelOption MTU_DISCOVER =
      new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);

  private final CompletableFuture<Channel> opened = new CompletableFuture<>();

  private final Pipeline pipeline = Pipeline.builder()
      .handler("opened", () -> new ChannelInboundHandlerAdapter() {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
          opened.complete(ctx.channel());
        }
      })
      .handler("echo", new Datagrams.Echo())
      .build();

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING"})
  void theKernelHasWhatWasSetForIpv4(Transport transport) {
    assumeTrue(transport.isAvailable(), "not here");
    try (RunningUdpServer server = UdpServer.builder()
        .transport(transport)
        .timeToLive(3)
        .trafficClass(0xB8)
        .dontFragment(true)
        .pipeline(pipeline)
        .start()) {
      assertThat(server.port()).isPositive();
      var config = opened.join().config();
      assertThat(config.getOption(IP_TTL)).isEqualTo(3);
      assertThat(config.getOption(ChannelOption.IP_TOS)).isEqualTo(0xB8);
      assertThat(config.getOption(MTU_DISCOVER)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING"})
  void theKernelHasWhatWasSetForBothFamiliesOfAnIpv6Socket(Transport transport) {
    assumeTrue(transport.isAvailable(), "not here");
    assumeTrue(hasIpv6(), "no IPv6 here");
    try (RunningUdpServer server = UdpServer.builder()
        .host("::")
        .transport(transport)
        .timeToLive(3)
        .trafficClass(0xB8)
        .pipeline(pipeline)
        .start()) {
      assertThat(server.port()).isPositive();
      var config = opened.join().config();
      assertThat(config.getOption(IP_TTL)).isEqualTo(3);
      assertThat(config.getOption(IPV6_HOPS)).isEqualTo(3);
      assertThat(config.getOption(IPV6_CLASS)).isEqualTo(0xB8);
    }
  }

  private static boolean hasIpv6() {
    try (var socket = new java.net.DatagramSocket(0, java.net.InetAddress.getByName("::1"))) {
      return socket.isBound();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void nioSetsTheTrafficClass() {
    try (RunningUdpServer server = UdpServer.builder()
        .transport(Transport.NIO)
        .trafficClass(0x28)
        .pipeline(pipeline)
        .start()) {
      assertThat(server.port()).isPositive();
      assertThat(opened.join().config().getOption(ChannelOption.IP_TOS)).isEqualTo(0x28);
    }
  }

  @Test
  void whatNioCannotSetIsRefusedAndNotPassedOver() {
    UdpServerBuilder nio =
        UdpServer.builder().transport(Transport.NIO).timeToLive(3).pipeline(pipeline);
    assertThatThrownBy(nio::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("timeToLive: the nio transport cannot set it; epoll and io_uring can");

    UdpClientBuilder unfragmented =
        UdpClient.builder().transport(Transport.NIO).dontFragment(true).pipeline(pipeline);
    assertThatThrownBy(unfragmented::build)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("dontFragment: the nio transport cannot set it; epoll and io_uring can");
  }

  @Test
  void whatIsNoByteIsRefused() {
    assertThatThrownBy(() -> UdpServer.builder().timeToLive(0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("timeToLive: must be 1 to 255, not 0");
    assertThatThrownBy(() -> UdpServer.builder().trafficClass(256))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("trafficClass: must be 0 to 255, not 256");
  }

  /** The loopback's packets have at most 65,536 bytes; more than that is fragmented, unless it must not be. */
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING"})
  void aConnectedClientIsToldThePathMtu(Transport transport) throws Exception {
    assumeTrue(transport.isAvailable(), "not here");
    try (RunningUdpServer server = UdpServer.builder().pipeline(Datagrams.ECHO).start();
        UdpClient client = UdpClient.builder()
            .transport(transport)
            .dontFragment(true)
            .remote("127.0.0.1", server.port())
            .pipeline(pipeline)
            .build()) {
      ChannelFuture write = client.open().writeAndFlush(Unpooled.wrappedBuffer(new byte[65_520]));
      assertThat(write.await(5_000)).isTrue();
      assertThat(write.cause()).isInstanceOfSatisfying(DatagramTooLongException.class, e -> {
        assertThat(e.datagramBytes()).isEqualTo(65_520);
        assertThat(e.pathMtu()).isPresent();
      });
    }
  }
}
