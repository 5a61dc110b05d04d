package io.pipewright.udp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainReport;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class UdpServerTest {

  /** Answers each datagram with its bytes. */
  private static final class Echo
      extends SimpleChannelInboundHandler<io.netty.channel.socket.DatagramPacket> {
    @Override
    protected void channelRead0(
        ChannelHandlerContext ctx, io.netty.channel.socket.DatagramPacket datagram) {
      ctx.write(new io.netty.channel.socket.DatagramPacket(
          datagram.content().retain(), datagram.sender()));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  private static final Pipeline ECHO =
      Pipeline.builder().handler("echo", Echo::new).build();

  private static DatagramSocket socket() throws Exception {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(DatagramSocket socket, byte[] bytes, RunningUdpServer server)
      throws Exception {
    socket.send(
        new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), server.port()));
  }

  private static byte[] receive(DatagramSocket socket) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void datagramsOfEverySizeComeBackWhole(Transport transport) throws Exception {
    try (RunningUdpServer server =
            UdpServer.builder().transport(transport).pipeline(ECHO).start();
        DatagramSocket client = socket()) {
      for (int size : new int[] {1, 2, 1472, 2048, 2049, 9000, 65_507}) {
        byte[] sent = new byte[size];
        new Random(size).nextBytes(sent);
        send(client, sent, server);
        assertThat(receive(client)).as("%d bytes", size).isEqualTo(sent);
      }
      assertThat(server.oversizedDatagrams()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void anEmptyDatagramComesBackEmptyAndNoneComesTwice(Transport transport) throws Exception {
    try (RunningUdpServer server =
            UdpServer.builder().transport(transport).pipeline(ECHO).start();
        DatagramSocket client = socket()) {
      for (int size : new int[] {1, 0, 2, 3}) {
        send(client, new byte[size], server);
      }
      for (int size : new int[] {1, 0, 2, 3}) {
        assertThat(receive(client)).hasSize(size);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aDatagramOverTheMaximumIsDroppedWholeAndCounted(Transport transport) throws Exception {
    try (RunningUdpServer server = UdpServer.builder()
            .transport(transport)
            .maxDatagramBytes(1000)
            .pipeline(ECHO)
            .start();
        DatagramSocket client = socket()) {
      send(client, new byte[1001], server);
      send(client, new byte[5000], server);
      send(client, new byte[1000], server);

      assertThat(receive(client)).hasSize(1000);
      assertThat(server.oversizedDatagrams()).isEqualTo(2);
    }
  }

  @Test
  void drainingStopsTheServer() throws Exception {
    RunningUdpServer server = UdpServer.builder().pipeline(ECHO).start();
    int port = server.port();

    DrainReport report = server.drain(Duration.ofSeconds(5));

    assertThat(report.clean()).isTrue();
    try (DatagramSocket again = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
      assertThat(again.getLocalPort()).as("the port is free").isEqualTo(port);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (DatagramSocket taken = socket()) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> UdpServer.builder().port(port).pipeline(ECHO).start())
          .isInstanceOf(BindFailedException.class)
          .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port + ": the port is already");
    }
  }

  @Test
  void framingAndTextAreRefusedBecauseADatagramIsAFrame() {
    Pipeline lines = Pipeline.builder().framing(Framing.lines()).build();
    Pipeline text =
        Pipeline.builder().framing(Framing.none()).text(StandardCharsets.UTF_8).build();

    assertThatThrownBy(() -> UdpServer.builder().pipeline(lines))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a datagram is a frame already");
    assertThatThrownBy(() -> UdpServer.builder().pipeline(text))
        .isInstanceOf(ConfigurationException.class);
  }

  /** Hands what a client hears, or what went wrong, to the test. */
  private static final class Hears
      extends SimpleChannelInboundHandler<io.netty.channel.socket.DatagramPacket> {
    private final BlockingQueue<Object> heard;

    Hears(BlockingQueue<Object> heard) {
      this.heard = heard;
    }

    @Override
    protected void channelRead0(
        ChannelHandlerContext ctx, io.netty.channel.socket.DatagramPacket datagram) {
      heard.add(datagram.content().toString(US_ASCII));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      heard.add(cause);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientTalksToItsPeerAndHearsOfARefusal(Transport transport) throws Exception {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    Pipeline hears = Pipeline.builder().handler("hears", () -> new Hears(heard)).build();
    RunningUdpServer server = UdpServer.builder().pipeline(ECHO).start();
    try (UdpClient client = UdpClient.builder()
        .transport(transport)
        .remote("127.0.0.1", server.port())
        .pipeline(hears)
        .build()) {
      Channel channel = client.open();
      channel.writeAndFlush(Unpooled.copiedBuffer("ask", US_ASCII)).sync();
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("ask");

      server.close();
      await().untilAsserted(() -> {
        channel.writeAndFlush(Unpooled.copiedBuffer("ask", US_ASCII));
        assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isInstanceOf(Throwable.class);
      });
    } finally {
      server.close();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientHearsEveryDatagramOfItsPeerEmptyOrNotAndNoneCut(Transport transport)
      throws Exception {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    Pipeline hears = Pipeline.builder().handler("hears", () -> new Hears(heard)).build();
    try (DatagramSocket peer = socket();
        UdpClient client = UdpClient.builder()
            .transport(transport)
            .maxDatagramBytes(3)
            .remote("127.0.0.1", peer.getLocalPort())
            .pipeline(hears)
            .build()) {
      Channel channel = client.open();
      var there = (InetSocketAddress) channel.localAddress();
      for (String text : new String[] {"a", "", "", "too long", "bcd", "", "e"}) {
        peer.send(new DatagramPacket(text.getBytes(US_ASCII), text.length(), there));
      }

      for (String text : new String[] {"a", "", "", "bcd", "", "e"}) {
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(text);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerWhoseSocketAHandlerClosesHasStopped(Transport transport) throws Exception {
    Pipeline closes = Pipeline.builder()
        .handler("closes", () -> new SimpleChannelInboundHandler<Object>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, Object datagram) {
            ctx.close();
          }
        })
        .build();
    try (RunningUdpServer server =
            UdpServer.builder().transport(transport).pipeline(closes).start();
        DatagramSocket client = socket()) {
      send(client, new byte[1], server);

      assertThat(server.awaitTermination(Duration.ofSeconds(5))).isTrue();
      assertThat(server.drain(Duration.ZERO).clean()).isTrue();
    }
  }

  @Test
  void aClientWithoutAPeerSpeaksToAnybody() throws Exception {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    Pipeline hears = Pipeline.builder().handler("hears", () -> new Hears(heard)).build();
    try (RunningUdpServer server = UdpServer.builder().pipeline(ECHO).start();
        UdpClient client = UdpClient.builder().pipeline(hears).build()) {
      Channel channel = client.open();
      channel
          .writeAndFlush(new io.netty.channel.socket.DatagramPacket(
              Unpooled.copiedBuffer("ask", US_ASCII),
              new InetSocketAddress("127.0.0.1", server.port())))
          .sync();

      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("ask");
    }
  }
}
