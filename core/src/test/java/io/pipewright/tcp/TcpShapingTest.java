package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.shaping.Shaping;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rates between real sockets: never faster than allowed; how much slower is up to the machine, within reason. */
@Timeout(60)
class TcpShapingTest {

  private static final int MB = 1_000_000;
  private static final byte[] CONTENT = new byte[4 * MB];

  static {
    new Random(1).nextBytes(CONTENT);
  }

  private static Pipeline raw(Supplier<ChannelHandler> handler) {
    return Pipeline.builder().framing(Framing.none()).handler("work", handler).build();
  }

  private static RunningServer start(Transport transport, Shaping shaping, Pipeline pipeline) {
    return TcpServer.builder()
        .transport(transport)
        .shaping(shaping)
        .pipeline(pipeline)
        .start();
  }

  private static Socket connect(RunningServer server) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends so many bytes to whoever connects, and then its end. */
  private static ChannelHandler sender(int bytes) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) {
        ctx.write(Unpooled.wrappedBuffer(CONTENT, 0, bytes));
        HalfClose.finishSending(ctx.channel());
      }
    };
  }

  private static double secondsSince(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aConnectionIsSentToAtItsRateAndInOrderToTheLastByte(Transport transport) throws Exception {
    Shaping shaping = Shaping.builder().writeBytesPerSecond(MB).build();
    try (RunningServer server = start(transport, shaping, raw(() -> sender(MB)));
        Socket client = connect(server)) {
      long began = System.nanoTime();
      byte[] got = client.getInputStream().readAllBytes();
      // a tenth of a second's bytes may be a burst
      assertThat(secondsSince(began)).isBetween(0.8, 10.0);
      assertThat(Arrays.equals(got, Arrays.copyOf(CONTENT, MB))).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aChangeOfTheRateHoldsForARunningTransfer(Transport transport) throws Exception {
    Shaping shaping = Shaping.builder().writeBytesPerSecond(MB).build();
    try (RunningServer server = start(transport, shaping, raw(() -> sender(4 * MB)));
        Socket client = connect(server)) {
      InputStream in = client.getInputStream();
      in.readNBytes(MB / 4);
      shaping.change(shaping.rates().withWrite(MB / 2));
      long began = System.nanoTime();
      in.readNBytes(MB / 2);
      assertThat(secondsSince(began)).isBetween(0.7, 8.0);
      shaping.change(shaping.rates().withWrite(0));
      began = System.nanoTime();
      assertThat(in.readAllBytes().length).isEqualTo(4 * MB - MB / 2 - MB / 4);
      assertThat(secondsSince(began)).isLessThan(1.5);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aFileRegionOfAnyKindLeavesAtTheRateWithTheRightBytes(
      Transport transport, @TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), CONTENT);
    Shaping shaping = Shaping.builder().writeBytesPerSecond(4 * MB).build();
    Pipeline pipeline = raw(() -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) throws IOException {
        ctx.write(new DefaultFileRegion(FileChannel.open(file), 1, 3 * MB - 1));
        ctx.write(new DefaultFileRegion(FileChannel.open(file), 3 * MB, 1_000));
        HalfClose.finishSending(ctx.channel());
      }
    });
    try (RunningServer server = start(transport, shaping, pipeline);
        Socket client = connect(server)) {
      long began = System.nanoTime();
      byte[] got = client.getInputStream().readAllBytes();
      assertThat(secondsSince(began)).isBetween(0.62, 10.0);
      assertThat(Arrays.equals(got, Arrays.copyOfRange(CONTENT, 1, 3 * MB + 1_000)))
          .isTrue();
    }
  }

  /** Counts what comes, and answers nothing. */
  private static Supplier<ChannelHandler> counter(AtomicLong received) {
    return () -> new SimpleChannelInboundHandler<ByteBuf>() {
      @Override
      protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
        received.addAndGet(bytes.readableBytes());
      }
    };
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aConnectionIsReadFromAtItsRate(Transport transport) throws Exception {
    AtomicLong received = new AtomicLong();
    Shaping shaping = Shaping.builder().readBytesPerSecond(MB).build();
    try (RunningServer server = start(transport, shaping, raw(counter(received)));
        Socket client = connect(server)) {
      long began = System.nanoTime();
      client.getOutputStream().write(CONTENT, 0, MB);
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(15))
          .until(() -> received.get() == MB);
      assertThat(secondsSince(began)).isBetween(0.8, 10.0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theServersTotalIsSharedFairly(Transport transport) throws Exception {
    Shaping shaping = Shaping.builder().totalWriteBytesPerSecond(3 * MB).build();
    try (RunningServer server = start(transport, shaping, raw(() -> sender(MB)));
        Socket one = connect(server);
        Socket two = connect(server)) {
      long began = System.nanoTime();
      CompletableFuture<Double> first = CompletableFuture.supplyAsync(() -> took(one, began));
      double second = took(two, began);
      assertThat(Math.max(first.get(), second)).isBetween(0.55, 8.0);
      assertThat(Math.min(first.get(), second))
          .as("neither was served before the other")
          .isGreaterThan(0.35);
    }
  }

  private static double took(Socket client, long began) {
    try {
      assertThat(client.getInputStream().readAllBytes().length).isEqualTo(MB);
      return secondsSince(began);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whatIsQueuedIsStillSentWhenThePeerHasFinishedAndWhenTheServerDrains(Transport transport)
      throws Exception {
    Shaping shaping = Shaping.builder().writeBytesPerSecond(MB / 2).build();
    try (RunningServer server = start(transport, shaping, raw(EchoHandler::new));
        Socket client = connect(server)) {
      client.getOutputStream().write(CONTENT, 0, 400_000);
      client.shutdownOutput();
      client.getInputStream().readNBytes(1);
      CompletableFuture<DrainReport> draining = server.drainAsync(Duration.ofSeconds(20));
      assertThat(client.getInputStream().readAllBytes().length).isEqualTo(399_999);
      assertThat(draining.get(10, TimeUnit.SECONDS).finished()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerThatReadsNothingCostsNoMoreThanTheWaterMark(Transport transport) throws Exception {
    Shaping shaping = Shaping.builder().writeBytesPerSecond(20_000).build();
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Pipeline echo = raw(() -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) {
        accepted.complete(ctx.channel());
      }

      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.writeAndFlush(message);
      }
    });
    try (RunningServer server = start(transport, shaping, echo);
        Socket client = connect(server)) {
      Thread flood = new Thread(() -> {
        try {
          client.getOutputStream().write(new byte[16 * MB]);
        } catch (IOException e) {
          // the test is over
        }
      });
      flood.start();
      Channel channel = accepted.get(5, TimeUnit.SECONDS);
      await().until(() -> !channel.isWritable());
      int most = (512 + 4 * 64) << 10; // the mark, and a few reads
      await()
          .during(Duration.ofMillis(300))
          .untilAsserted(
              () -> assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes())
                  .isLessThan(most));
      server.drain(Duration.ZERO); // resets the flood
      flood.join();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aConnectionThatOnlyWaitsForItsTurnIsNotIdle(Transport transport) throws Exception {
    // 1 kB/s: the next slice may be more than the idle limit away
    Shaping shaping = Shaping.builder().writeBytesPerSecond(1_000).build();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .idle(IdlePolicy.closeAfter(Duration.ofMillis(300)))
        .handler("work", () -> sender((16 << 10) + 1_500))
        .build();
    try (RunningServer server = start(transport, shaping, pipeline);
        Socket client = connect(server)) {
      assertThat(client.getInputStream().readAllBytes().length).isEqualTo((16 << 10) + 1_500);
    }
  }
}
