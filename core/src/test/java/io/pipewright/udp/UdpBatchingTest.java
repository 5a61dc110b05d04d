package io.pipewright.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.ConfigurationException;
import io.pipewright.Transports;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class UdpBatchingTest {

  private static final int[] SIZES = {0, 1, 1472, 2048, 2049, 9000, 65_507};
  private static final int[] MIXED = {1, 0, 2, 3};

  /** Linux: no UDP checksum on what is sent, with which its kernel refuses {@code UDP_SEGMENT}. */
  private static final IntegerUnixChannelOption SO_NO_CHECK =
      new IntegerUnixChannelOption("SO_NO_CHECK", 1, 11);

  static Stream<Arguments> ways() {
    return Transports.here()
        .flatMap(transport -> Stream.of(
            Arguments.of(transport, 1, 1),
            Arguments.of(transport, 32, 1),
            Arguments.of(transport, 3, 2)));
  }

  private static RunningUdpServer start(Transport transport, int batch, int shards) {
    return UdpServer.builder()
        .transport(transport)
        .batch(batch)
        .shards(shards)
        .pipeline(Datagrams.ECHO)
        .start();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void datagramsOfEverySizeComeBackWholeOneByOne(Transport transport, int batch, int shards)
      throws Exception {
    try (RunningUdpServer server = start(transport, batch, shards);
        Datagrams client = new Datagrams(server.port())) {
      for (int size : SIZES) {
        byte[] sent = Datagrams.random(size);
        client.send(sent);
        assertThat(client.receive()).as("%d bytes", size).isEqualTo(sent);
      }
      assertThat(server.datagramStats().dropped()).isEmpty();
      await().untilAsserted(
          () -> assertThat(server.datagramStats().sent()).isEqualTo(SIZES.length));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void datagramsThatCameTogetherComeBackOnceEachInOrder(Transport transport, int batch, int shards)
      throws Exception {
    try (RunningUdpServer server = start(transport, batch, shards);
        Datagrams client = new Datagrams(server.port())) {
      for (int round = 0; round < 5; round++) {
        for (int size : MIXED) {
          client.send(Datagrams.random(size));
        }
      }
      for (int round = 0; round < 5; round++) {
        for (int size : MIXED) {
          assertThat(client.receive()).isEqualTo(Datagrams.random(size));
        }
      }
      assertThat(server.datagramStats().received()).isEqualTo(5L * MIXED.length);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatIsLongerThanAcceptedIsDroppedAndCountedAmongOthers(
      Transport transport, int batch, int shards) throws Exception {
    try (RunningUdpServer server = UdpServer.builder()
            .transport(transport)
            .batch(batch)
            .shards(shards)
            .maxDatagramBytes(2048)
            .pipeline(Datagrams.ECHO)
            .start();
        Datagrams client = new Datagrams(server.port())) {
      for (int size : new int[] {2048, 2049, 2047, 65_507, 2048}) {
        client.send(Datagrams.random(size));
      }
      for (int size : new int[] {2048, 2047, 2048}) {
        assertThat(client.receive()).isEqualTo(Datagrams.random(size));
      }
      assertThat(server.datagramStats().truncated()).isEqualTo(2);
    }
  }

  @Test
  void theReportSaysWhatWasChosenAndWhy() {
    try (RunningUdpServer server =
        UdpServer.builder().transport(Transport.NIO).pipeline(Datagrams.ECHO).start()) {
      assertThat(server.batching().datagramsPerRead()).isEqualTo(1);
      assertThat(server.batching().describe())
          .startsWith("one datagram a read: Netty has no such calls on nio; ")
          .contains("(GSO) off: Netty has no such calls on nio; ")
          .endsWith("(GRO) off: not asked for");
    }
  }

  @Test
  void aBatchOfNoneIsRefused() {
    assertThatThrownBy(() -> UdpServer.builder().batch(0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("batch: must be 1 to 1024 datagrams a read, not 0");
  }

  /** Hands its channel to the test and takes each datagram as a text of its size. */
  private static final class Sizes extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Channel> opened;
    private final BlockingQueue<Integer> sizes;

    Sizes(CompletableFuture<Channel> opened, BlockingQueue<Integer> sizes) {
      this.opened = opened;
      this.sizes = sizes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      opened.complete(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      sizes.add(((DatagramPacket) message).content().readableBytes());
      ReferenceCountUtil.release(message);
    }
  }

  static Stream<Integer> batches() {
    return Stream.of(1, 16);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void aBurstThatIsSentAsOneAndReceivedAsOneKeepsItsBoundaries(int batch) throws Exception {
    assumeTrue(Transport.EPOLL.isAvailable(), "no epoll here");
    BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    Pipeline receives = Pipeline.builder()
        .handler("sizes", () -> new Sizes(new CompletableFuture<>(), sizes))
        .build();
    try (RunningUdpServer receiver = UdpServer.builder()
            .transport(Transport.EPOLL)
            .batch(batch)
            .receiveBursts(true)
            .pipeline(receives)
            .start();
        RunningUdpServer echo = start(Transport.EPOLL, 32, 1)) {
      assumeTrue(receiver.batching().receivesBursts(), receiver.batching().describe());
      assumeTrue(echo.batching().sendsBursts(), echo.batching().describe());
      List<Integer> expected = new ArrayList<>();
      CompletableFuture<Channel> opened = new CompletableFuture<>();
      Pipeline none = Pipeline.builder()
          .handler("sizes", () -> new Sizes(opened, new LinkedBlockingQueue<>()))
          .build();
      try (UdpClient client = UdpClient.builder()
          .transport(Transport.EPOLL)
          .sendBursts(true)
          .pipeline(none)
          .build()) {
        Channel channel = client.open();
        int[] burst = {1000, 1000, 1000, 1000, 7, 0, 64, 64, 64, 1, 1, 2000, 2000, 1400, 1400};
        channel
            .eventLoop()
            .submit(() -> {
              for (int size : burst) {
                channel.write(packet(channel, size, receiver), channel.voidPromise());
                expected.add(size);
              }
              channel.flush();
            })
            .sync();
      }
      for (int size : expected) {
        assertThat(sizes.poll(5, TimeUnit.SECONDS)).isEqualTo(size);
      }
    }
  }

  private static DatagramPacket packet(Channel channel, int size, RunningUdpServer to) {
    return new DatagramPacket(
        channel.alloc().directBuffer(Math.max(1, size)).writeBytes(Datagrams.random(size)),
        (InetSocketAddress) to.localAddress());
  }

  @Test
  void whatTheKernelRefusesToTakeAsOneGoesOutOneByOne() throws Exception {
    assumeTrue(Transport.EPOLL.isAvailable(), "no epoll here");
    CompletableFuture<Channel> opened = new CompletableFuture<>();
    Pipeline echo = Pipeline.builder()
        .handler("opened", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void handlerAdded(ChannelHandlerContext ctx) {
            opened.complete(ctx.channel());
          }
        })
        .handler("echo", new Datagrams.Echo())
        .build();
    try (RunningUdpServer server =
            UdpServer.builder().transport(Transport.EPOLL).pipeline(echo).start();
        Datagrams client = new Datagrams(server.port())) {
      assumeTrue(server.batching().sendsBursts(), server.batching().describe());
      Channel channel = opened.join();
      int rounds = 20;
      Queue<byte[]> expected = new ArrayDeque<>();
      for (int round = 0; round < rounds; round++) {
        if (round == rounds / 2) {
          channel
              .eventLoop()
              .submit(() -> channel.config().setOption(SO_NO_CHECK, 1))
              .sync();
        }
        channel.eventLoop().submit(() -> channel.config().setAutoRead(false)).sync();
        for (int i = 0; i < 8; i++) {
          byte[] next = Datagrams.random(100);
          next[0] = (byte) round;
          next[1] = (byte) i;
          client.send(next);
          expected.add(next);
        }
        channel.eventLoop().submit(() -> channel.config().setAutoRead(true)).sync();
        for (byte[] next; (next = expected.poll()) != null; ) {
          assertThat(client.receive()).isEqualTo(next);
        }
      }
      await().untilAsserted(
          () -> assertThat(server.datagramStats().sent()).isEqualTo(8L * rounds));
      DatagramStats stats = server.datagramStats();
      assertThat(stats.resent()).as("of one burst, then none is joined").isEqualTo(8);
      assertThat(stats.sendFailures()).isEmpty();
    }
  }

  /** Holds every tenth datagram until the end, and answers the others. */
  @ParameterizedTest
  @MethodSource("ways")
  void aHandlerThatHoldsDatagramsSeesThemUnchanged(Transport transport, int batch, int shards)
      throws Exception {
    Queue<DatagramPacket> held = new ConcurrentLinkedQueue<>();
    Pipeline holds = Pipeline.builder()
        .handler("holds", () -> new ChannelInboundHandlerAdapter() {
          private int count;

          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (count++ % 10 == 0) {
              held.add(((DatagramPacket) message).retain());
            }
            ctx.fireChannelRead(message);
          }
        })
        .handler("echo", new Datagrams.Echo())
        .build();
    try (RunningUdpServer server = UdpServer.builder()
            .transport(transport)
            .batch(batch)
            .shards(shards)
            .pipeline(holds)
            .start();
        Datagrams client = new Datagrams(server.port())) {
      for (int size = 1; size <= 100; size++) {
        client.send(Datagrams.random(size));
        assertThat(client.receive()).isEqualTo(Datagrams.random(size));
      }
      assertThat(held).hasSize(10);
      int size = 1;
      for (DatagramPacket datagram : held) {
        byte[] bytes = new byte[datagram.content().readableBytes()];
        datagram.content().getBytes(datagram.content().readerIndex(), bytes);
        assertThat(bytes).isEqualTo(Datagrams.random(size));
        size += 10;
      }
    } finally {
      held.forEach(ReferenceCountUtil::release);
    }
  }
}
